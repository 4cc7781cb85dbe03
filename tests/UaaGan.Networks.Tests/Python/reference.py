"""Writes what PyTorch gives for networks of random weights: reference.py FOLDER.

NAME.safetensors holds a network's weights, expected.safetensors the images, features and gradients, keys.json the key names and shapes
of every architecture. Weights are rounded to half precision, so that their files are half as large and no reader rounds them. Networks
run in double and in single precision, between single-precision inputs and features.
"""

import json
import pathlib
import sys
import zlib

import torch
from torch import nn
from torch.nn import functional as F

import faces
import margins
import networks
import poolings
from safetensors_files import write_safetensors

MEAN = torch.tensor([0.485, 0.456, 0.406]).reshape(1, 3, 1, 1)
STD = torch.tensor([0.229, 0.224, 0.225]).reshape(1, 3, 1, 1)
SCALES = [1, 0.707, 0.5]

# Each network with the size of its images, as small as is still two-dimensional where it takes any: the fewer units, the wider the margin.
NETWORKS = {
    "iresnet18": (lambda: faces.iresnet(18), 112, 112),
    "mobilefacenet": (faces.MobileFaceNet, 112, 96),
    "mobilenet_v2": (lambda: networks.MobileNetV2(num_classes=2), 64, 32),
    "osnet_x0_25": (lambda: networks.OsNet(0.25), 64, 32),
    "osnet_x1_0": (lambda: networks.OsNet(1), 64, 32),
    "pcb_p4": (lambda: networks.Pcb(4), 64, 16),
    "pcb_p6": (lambda: networks.Pcb(6), 96, 16),
    "resnet18": (lambda: networks.resnet(18), 64, 32),
    "resnet50": (lambda: networks.resnet(50), 64, 32),
    "resnet50_bnneck": (networks.BnNeck, 32, 32),
    "vgg16": (networks.Vgg16, 64, 32),
}

# The two images of each comparison: where the search for one that is clear of kinks begins, which is where it ends.
IMAGES = {
    "iresnet18": (300, 150),
    "mobilefacenet": (196, 100),
    "mobilenet_v2": (65, 117),
    "osnet_x0_25": (52, 122),
    "osnet_x1_0": (25, 264),
    "pcb_p4": (232, 523),
    "pcb_p6": (403, 545),
    "resnet18": (191, 18),
    "resnet18.mac": (173, 100),
    "resnet18.rmac": (173, 100),
    "resnet18.gem": (173, 100),
    "fusion.scales": (40, 264),
    "fusion.flip": (58, 178),
    "fusion.whitening": (69, 259),
    "fusion.all": (110, 126),
    "resnet50": (51, 62),
    "resnet50_bnneck": (245, 206),
    "resnet50_bnneck.before": (245, 206),
    "vgg16": (0, 19),
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


def picture(height, width, number):
    """A smooth image with some grain, so that features differ as those of photographs do; 8 bits, as of a file."""
    random = torch.Generator().manual_seed(number)
    coarse = F.interpolate(torch.rand(1, 3, 4, 4, generator=random), (height, width), mode="bilinear", align_corners=False)
    return (255 * (0.8 * coarse + 0.2 * torch.rand(1, 3, height, width, generator=random))).round() / 255


def normalised(images):
    return (images - MEAN) / STD


@torch.no_grad()
def make_realistic(model, height, width):
    """Gives batch normalisations the statistics of some images, a little off, and every layer the numbers of a trained one.

    All numbers are uniform and all sums in double precision: PyTorch's normal numbers and single-precision sums have other last bits on
    another processor, and the images are chosen for these weights.
    """
    model.double().train().requires_grad_(False)
    for module in model.modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            nn.init.kaiming_uniform_(module.weight, nonlinearity="relu")
        elif isinstance(module, nn.PReLU):
            module.weight.uniform_(0.05, 0.4)
    normalisations = [module for module in model.modules() if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d))]
    for module in normalisations:
        module.momentum = None
        module.weight.uniform_(0.5, 1.5)
        module.bias.uniform_(-0.35, 0.35)
    for name, module in model.named_modules():
        # Branches that weigh as much as what they are added to amplify rounding from block to block, which trained ones do not.
        if name.endswith("bn3"):
            module.weight *= 0.3
    model.feature(normalised(torch.cat([picture(height, width, number) for number in range(8)])).double())
    for module in normalisations:
        module.running_mean += module.running_var.sqrt() * torch.empty_like(module.running_mean).uniform_(-0.35, 0.35)
        module.running_var *= torch.empty_like(module.running_var).uniform_(0.7, 1.4)
    for tensor in model.eval().state_dict().values():
        if tensor.is_floating_point():
            tensor.copy_(tensor.half())


def adapted(model, feature):
    """The feature of single-precision inputs in single precision, whatever the model's own."""
    return lambda x: feature(x.to(next(model.parameters()).dtype)).float()


def record(name, model, feature, height, width):
    """The unit features of two images and, for the scalar `feature . vector` of each, its gradient for the pixels."""
    images = torch.cat([
        margins.clear_image(lambda image: feature(normalised(image)), lambda number: picture(height, width, number), number)
        for number in IMAGES[name]])
    vector = None
    for precision, convert in (("single", model.float), ("double", model.double)):
        convert()
        pixels = images.clone().requires_grad_()
        features = F.normalize(feature(normalised(pixels)))
        vector = torch.randn(features.shape[1]) if vector is None else vector
        (gradient,) = torch.autograd.grad((features @ vector).sum(), pixels)
        expected.update({f"{name}/{precision}/feature": features, f"{name}/{precision}/gradient": gradient})
    expected.update({f"{name}/images": images, f"{name}/vector": vector})


def record_network(folder, name, create, height, width):
    model = create()
    make_realistic(model, height, width)
    state = {key: value.half() if value.is_floating_point() else value for key, value in model.state_dict().items()}
    write_safetensors(folder / f"{name}.safetensors", state)
    if name in TORCH_FILES:
        torch.save(state, folder / f"{name}.zip.pt")
        torch.save(state, folder / f"{name}.legacy.pt", _use_new_zipfile_serialization=False)
    record(name, model, adapted(model, model.feature), height, width)
    return model


def record_poolings(model):
    """ResNet-18 with each pooling, and the poolings alone on maps of several shapes."""
    learned = {"mac": poolings.mac, "rmac": poolings.rmac, "gem": poolings.gem(2.6)}
    for kind, pooling in learned.items():
        model.pooling = pooling
        record(f"resnet18.{kind}", model, adapted(model, model.feature), 96, 64)
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
    plain = adapted(model, model.feature)
    fusions = {
        "scales": lambda x: poolings.multi_scale(plain, x, SCALES),
        "flip": poolings.flipped(plain),
        "whitening": lambda x: poolings.whiten(F.normalize(plain(x)), p, m),
        "all": lambda x: poolings.whiten(poolings.multi_scale(poolings.flipped(plain), x, SCALES), p, m),
    }
    for kind, feature in fusions.items():
        record(f"fusion.{kind}", model, feature, 65, 49)


def main():
    folder = pathlib.Path(sys.argv[1])
    # Its worker threads would wait for each other on a busy machine.
    torch.set_num_threads(1)
    keys = {}
    for name, (create, height, width) in NETWORKS.items():
        # A seed of its own, so that no network's images depend on the others.
        torch.manual_seed(zlib.crc32(name.encode()))
        model = record_network(folder, name, create, height, width)
        keys[name] = {key: list(value.shape) for key, value in model.state_dict().items()}
        if name == "resnet18":
            record_poolings(model)
            record_fusions(folder, model)
        if name == "resnet50_bnneck":
            record("resnet50_bnneck.before", model, adapted(model, model.before_neck), height, width)
    for name, create in KEYS_ONLY.items():
        keys[name] = {key: list(value.shape) for key, value in create().state_dict().items()}
    write_safetensors(folder / "expected.safetensors", expected)
    (folder / "keys.json").write_text(json.dumps(keys))


if __name__ == "__main__":
    main()
