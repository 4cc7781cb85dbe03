"""The peer of `bench extract`: PyTorch running a torchvision network with seeded weights.

Writes weights.pth, model.onnx, images.bin and the features float32.bin and bfloat16.bin (all float32) to a folder, says "ready", then answers each line
"float32" or "bfloat16" with the seconds that one batch took.
"""

import copy
import sys
import time
import warnings

import torch
import torchvision

MEAN, STD = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])


def features_of(name, network):
    """The network without its classifier, [N,3,H,W] to [N,D]."""
    if name.startswith("resnet"):
        return torch.nn.Sequential(*list(network.children())[:-1], torch.nn.Flatten())
    return torch.nn.Sequential(network.features, torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten())


def settle(network):
    """Batch statistics of a network that has seen images: the initial ones of random weights would let the map explode."""
    network.train()
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = None
    with torch.no_grad():
        network(torch.randn(8, 3, 64, 64))
    network.eval()


def main():
    warnings.filterwarnings("ignore")
    name, folder, threads, batch, height, width = sys.argv[1], sys.argv[2], *(int(value) for value in sys.argv[3:])
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    network = getattr(torchvision.models, name)(weights=None)
    settle(network)
    torch.save(network.state_dict(), f"{folder}/weights.pth")
    float32 = features_of(name, network).eval()
    images = torch.rand(batch, 3, height, width)
    normalised = (images - MEAN[:, None, None]) / STD[:, None, None]
    torch.onnx.export(float32, normalised, f"{folder}/model.onnx", input_names=["images"], output_names=["features"])
    images.numpy().tofile(f"{folder}/images.bin")
    with torch.no_grad():
        # Channels last is the layout in which this version's bfloat16 is fast, and its float32 slow.
        bfloat16 = copy.deepcopy(float32).bfloat16().to(memory_format=torch.channels_last)
        half = normalised.bfloat16().to(memory_format=torch.channels_last)
        float32(normalised).numpy().tofile(f"{folder}/float32.bin")
        bfloat16(half).float().numpy().tofile(f"{folder}/bfloat16.bin")
        print(f"ready {torch.__version__}", flush=True)
        for line in sys.stdin:
            start = time.perf_counter()
            if line.strip() == "float32":
                float32(normalised)
            else:
                bfloat16(half)
            print(time.perf_counter() - start, flush=True)


main()
