"""LPIPS in plain PyTorch, from its paper and its published numbers: perceptual.py FOLDER [LINEAR].

Writes a VGG-16 of random weights as backbone.safetensors and backbone.pth, random linear layers in the layout of the published ones as
linear.pth, pairs of images as images.safetensors, and to standard output the distance of each pair, in double precision, by the name of the
pair. With LINEAR, a file of published linear layers, also those of each pair with these, under published/.
"""

import json
import pathlib
import sys

import torch
from torch import nn
from torch.nn import functional as F

import networks
from safetensors_files import write_safetensors

TAPS = [3, 8, 15, 22, 29]  # relu1_2, relu2_2, relu3_3, relu4_3, relu5_3
SHIFT = torch.tensor([-0.030, -0.088, -0.188]).view(1, 3, 1, 1).double()
SCALE = torch.tensor([0.458, 0.448, 0.450]).view(1, 3, 1, 1).double()
SHAPES = {"even": (64, 48, 3), "odd": (37, 53, 3), "least": (16, 16, 3), "narrow": (16, 90, 3), "grey": (33, 31, 1)}


def maps(layers, image):
    x = (2 * image - 1 - SHIFT) / SCALE
    for index, layer in enumerate(layers[: TAPS[-1] + 1]):
        x = layer(x)
        if index in TAPS:
            yield x / (x.pow(2).sum(1, keepdim=True).sqrt() + 1e-10)


def distance(layers, linear, first, second):
    weighted = (F.conv2d((a - b) ** 2, weight) for a, b, weight in zip(maps(layers, first), maps(layers, second), linear))
    return sum(part.mean() for part in weighted).item()


def as_input(pixels):
    image = pixels.permute(2, 0, 1)[None].double() / 255
    return image.expand(-1, 3, -1, -1)


def picture(height, width, channels):
    coarse = F.interpolate(torch.rand(1, channels, 4, 4), (height, width), mode="bilinear", align_corners=False)
    return (255 * (0.8 * coarse + 0.2 * torch.rand(1, channels, height, width))).round()[0].permute(1, 2, 0)


@torch.no_grad()
def main():
    folder = pathlib.Path(sys.argv[1])
    torch.set_num_threads(1)
    torch.manual_seed(7)
    layers = networks.Vgg16().features
    for layer in layers:
        if isinstance(layer, nn.Conv2d):
            nn.init.kaiming_uniform_(layer.weight, nonlinearity="relu")
            layer.bias.uniform_(-0.1, 0.1)
    state = {f"features.{key}": value for key, value in layers.state_dict().items()}
    # As torchvision's own file has.
    state["classifier.0.weight"] = torch.rand(2, 3)
    write_safetensors(folder / "backbone.safetensors", state)
    torch.save(state, folder / "backbone.pth")
    linear = {f"lin{index}.model.1.weight": torch.rand(1, channels, 1, 1) for index, channels in enumerate((64, 128, 256, 512, 512))}
    torch.save(linear, folder / "linear.pth", _use_new_zipfile_serialization=False)

    layers.double()
    sets = {"": linear}
    if len(sys.argv) > 2:
        sets["published/"] = torch.load(sys.argv[2], map_location="cpu")
    images, distances = {}, {}
    for name, shape in SHAPES.items():
        first = picture(*shape)
        # Eight grey levels up or down, as an attack changes it, and another picture.
        for kind, second in (("near", (first + 16 * (torch.rand(shape) > 0.5) - 8).clamp(0, 255)), ("far", picture(*shape))):
            images.update({f"{name}/{kind}/first": first.byte(), f"{name}/{kind}/second": second.byte()})
            for prefix, weights in sets.items():
                distances[f"{prefix}{name}/{kind}"] = distance(
                    layers, [weight.double() for weight in weights.values()], as_input(first), as_input(second))
    write_safetensors(folder / "images.safetensors", images)
    print(json.dumps(distances))


if __name__ == "__main__":
    main()
