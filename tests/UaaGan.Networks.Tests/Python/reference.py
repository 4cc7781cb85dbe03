"""Writes what PyTorch gives for networks of random weights: reference.py FOLDER.

NAME.safetensors holds a network's weights, expected.safetensors the images, features and gradients, keys.json the key names and shapes
of every architecture. Weights are rounded to half precision, so that their files are half as large and no reader rounds them. Networks
run in double precision between single-precision inputs and features: in single precision rounding decides some ReLUs, and with each of
them the gradient jumps.
"""

import json
import pathlib
import struct
import sys

import torch
from torch import nn
from torch.nn import functional as F

import faces
import networks
import poolings

MEAN = torch.tensor([0.485, 0.456, 0.406]).reshape(1, 3, 1, 1)
STD = torch.tensor([0.229, 0.224, 0.225]).reshape(1, 3, 1, 1)
SCALES = [1, 0.707, 0.5]
DATA_TYPES = {torch.float32: "F32", torch.float16: "F16", torch.int64: "I64"}

NETWORKS = {
    "iresnet18": (lambda: faces.iresnet(18), 112, 112),
    "mobilefacenet": (faces.MobileFaceNet, 112, 96),
    "mobilenet_v2": (lambda: networks.MobileNetV2(num_classes=2), 96, 64),
    "osnet_x0_25": (lambda: networks.OsNet(0.25), 128, 64),
    "osnet_x1_0": (lambda: networks.OsNet(1), 64, 32),
    "pcb_p4": (lambda: networks.Pcb(4), 96, 32),
    "pcb_p6": (lambda: networks.Pcb(6), 96, 32),
    "resnet18": (lambda: networks.resnet(18), 96, 64),
    "resnet50": (lambda: networks.resnet(50), 64, 64),
    "resnet50_bnneck": (networks.BnNeck, 64, 32),
    "vgg16": (networks.Vgg16, 64, 32),
}
KEYS_ONLY = {
    "iresnet50": lambda: faces.iresnet(50),
    "iresnet100": lambda: faces.iresnet(100),
    "osnet_x0_5": lambda: networks.OsNet(0.5),
    "osnet_x0_75": lambda: networks.OsNet(0.75),
    "resnet34": lambda: networks.resnet(34),
    "resnet101": lambda: networks.resnet(101),
    "resnet152": lambda: networks.resnet(152),
}
TORCH_FILES = ["mobilenet_v2", "osnet_x0_25"]

expected = {}


def write_safetensors(path, tensors):
    header, position = {}, 0
    for name, tensor in tensors.items():
        size = tensor.numel() * tensor.element_size()
        header[name] = {"dtype": DATA_TYPES[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [position, position + size]}
        position += size
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for tensor in tensors.values():
            file.write(tensor.detach().contiguous().numpy().tobytes())


def pictures(height, width):
    """Two smooth images with some grain, so that their features differ as those of photographs do."""
    coarse = F.interpolate(torch.rand(2, 3, 4, 4), (height, width), mode="bilinear", align_corners=False)
    return 0.8 * coarse + 0.2 * torch.rand(2, 3, height, width)


@torch.no_grad()
def make_realistic(model, height, width):
    """Gives batch normalisations the statistics of some images, a little off, and every layer the numbers of a trained one."""
    normalisations = [module for module in model.modules() if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d))]
    for module in normalisations:
        module.momentum = None
        module.weight.uniform_(0.5, 1.5)
        module.bias.normal_(0, 0.2)
    for module in model.modules():
        if isinstance(module, nn.PReLU):
            module.weight.uniform_(0.05, 0.4)
    model.train()
    model.feature((torch.cat([pictures(height, width) for _ in range(4)]) - MEAN) / STD)
    model.eval().double().requires_grad_(False)
    for module in normalisations:
        module.running_mean += 0.2 * module.running_var.sqrt() * torch.randn_like(module.running_mean)
        module.running_var *= torch.empty_like(module.running_var).uniform_(0.7, 1.4)
    for tensor in model.state_dict().values():
        if tensor.is_floating_point():
            tensor.copy_(tensor.half())


def wide(feature):
    """A network in double precision, as a function of single-precision inputs."""
    return lambda x: feature(x.double()).float()


def record(name, feature, images):
    """The unit features of images and, for the scalar `feature . vector` of each, its gradient for the pixels."""
    pixels = images.clone().requires_grad_()
    features = F.normalize(feature((pixels - MEAN) / STD))
    vector = torch.randn(features.shape[1])
    (gradient,) = torch.autograd.grad((features @ vector).sum(), pixels)
    expected.update({f"{name}/images": images, f"{name}/feature": features, f"{name}/vector": vector, f"{name}/gradient": gradient})


def record_network(folder, name, create, height, width):
    model = create()
    make_realistic(model, height, width)
    state = {key: value.half() if value.is_floating_point() else value for key, value in model.state_dict().items()}
    write_safetensors(folder / f"{name}.safetensors", state)
    if name in TORCH_FILES:
        torch.save(state, folder / f"{name}.zip.pt")
        torch.save(state, folder / f"{name}.legacy.pt", _use_new_zipfile_serialization=False)
    record(name, wide(model.feature), pictures(height, width))
    return model


def record_poolings(model):
    """ResNet-18 with each pooling, and the poolings alone on maps of several shapes."""
    learned = {"mac": poolings.mac, "rmac": poolings.rmac, "gem": poolings.gem(2.6)}
    for kind, pooling in learned.items():
        model.pooling = pooling
        record(f"resnet18.{kind}", wide(model.feature), pictures(128, 64))
    model.pooling = poolings.avg
    for height, width in ((7, 7), (16, 8), (5, 12), (6, 5), (1, 1), (2, 9), (3, 3), (5, 9), (11, 3), (2, 32)):
        x = torch.randn(2, 5, height, width)
        expected[f"map.{height}x{width}/map"] = x
        for kind, pooling in {"avg": poolings.avg, **learned}.items():
            expected[f"map.{height}x{width}/{kind}"] = pooling(x)


def record_fusions(folder, model):
    """ResNet-18 at several scales, with its mirror image, whitened, and all of it."""
    p, m = torch.randn(64, 512) / 8, torch.rand(512) / 22
    write_safetensors(folder / "whitening.safetensors", {"P": p, "m": m})
    write_safetensors(folder / "whitening-linear.safetensors", {"weight": p, "bias": -p @ m})
    images, feature = pictures(65, 49), wide(model.feature)
    record("fusion.scales", lambda x: poolings.multi_scale(feature, x, SCALES), images)
    record("fusion.flip", poolings.flipped(feature), images)
    record("fusion.whitening", lambda x: poolings.whiten(F.normalize(feature(x)), p, m), images)
    record("fusion.all", lambda x: poolings.whiten(poolings.multi_scale(poolings.flipped(feature), x, SCALES), p, m), images)


def main():
    folder = pathlib.Path(sys.argv[1])
    # Its worker threads would wait for each other on a busy machine.
    torch.set_num_threads(1)
    torch.manual_seed(20)
    keys = {}
    for name, (create, height, width) in NETWORKS.items():
        model = record_network(folder, name, create, height, width)
        keys[name] = {key: list(value.shape) for key, value in model.state_dict().items()}
        if name == "resnet18":
            record_poolings(model)
            record_fusions(folder, model)
        if name == "resnet50_bnneck":
            record("resnet50_bnneck.before", wide(model.before_neck), pictures(64, 32))
    for name, create in KEYS_ONLY.items():
        keys[name] = {key: list(value.shape) for key, value in create().state_dict().items()}
    write_safetensors(folder / "expected.safetensors", expected)
    (folder / "keys.json").write_text(json.dumps(keys))


main()
