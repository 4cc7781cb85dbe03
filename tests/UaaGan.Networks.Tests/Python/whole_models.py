"""Whole models of PyTorch, with its own features and gradients of them, and archives that no one should load.

usage: whole_models.py FOLDER [--full]

NAME.pt is an archive. Beside those that are to agree with PyTorch lie NAME.input, NAME.feature, NAME.weight and NAME.gradient: float32,
little-endian; the gradient is that of (feature * weight).sum(), the feature being of unit length.
"""

import copy
import sys
import warnings
from pathlib import Path

import torch
import torchvision
from torch import nn

import margins

folder = Path(sys.argv[1])


def write(name, tensor):
    (folder / name).write_bytes(tensor.detach().contiguous().numpy().tobytes())


def trace(name, model, size, batch=2):
    """A trace of a network in eval mode. The check is off since it runs without gradients, where PyTorch takes other operators."""
    model = model.eval()
    images = torch.rand(batch, 3, size, size)
    torch.jit.trace(model, images, check_trace=False).save(str(folder / f"{name}.pt"))
    return model, images


def picture(size, number):
    return torch.randint(256, (1, 3, size, size), generator=torch.Generator().manual_seed(number)) / 255


def reference(name, model, size, *first):
    """A trace with PyTorch's feature and gradient of images that are clear of kinks (margins.py); their numbers begin at `first`."""
    model, _ = trace(name, model, size, len(first))
    wide = copy.deepcopy(model).double()
    images = torch.cat([margins.clear_image(lambda image: wide(image.double()), lambda number: picture(size, number), number) for number in first])
    images.requires_grad_()
    feature = nn.functional.normalize(model(images).flatten(1))
    weight = torch.randn(feature.shape)
    (gradient,) = torch.autograd.grad((feature * weight).sum(), images)
    for part, tensor in (("input", images), ("feature", feature), ("weight", weight), ("gradient", gradient)):
        write(f"{name}.{part}", tensor)


def convolutions(*end):
    norm = nn.BatchNorm2d(16)
    norm.running_mean.normal_()
    norm.running_var.uniform_(0.5, 2)
    return nn.Sequential(nn.Conv2d(3, 16, 3, 2, 1), norm, nn.ReLU(), nn.Conv2d(16, 32, 3, 2), nn.ReLU(), *end)


class Pair(nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk = convolutions(nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.head = nn.Linear(32, 5)

    def forward(self, images):
        feature = self.trunk(images)
        return self.head(feature), feature


class Named(Pair):
    def forward(self, images):
        return {"feature": self.trunk(images)}


class OneImage(Pair):
    def forward(self, images):
        return self.trunk(images).reshape(1, 32)


class Saves(nn.Module):
    def forward(self, images):
        torch.save(images, "/tmp/uaagan-whole-models-escape")
        return images.mean([2, 3])


class Reads(nn.Module):
    def forward(self, images):
        return images.mean([2, 3]) + torch.from_file("/etc/hostname", False, 3, dtype=torch.uint8)


class Prints(nn.Module):
    def forward(self, images):
        print("an answer of my own")
        return images.mean([2, 3])


class Seeds(nn.Module):
    def forward(self, images):
        torch.manual_seed(1)
        return images.mean([2, 3])


def transformer():
    return torchvision.models.VisionTransformer(
        image_size=64, patch_size=16, num_layers=3, num_heads=4, hidden_dim=128, mlp_dim=256, num_classes=40
    )


def seeded(make):
    """A head of zeros, as torchvision begins with, would have a feature of zeros."""
    model = make()
    for parameter in model.parameters():
        if parameter.dim() > 1 and not parameter.any():
            nn.init.normal_(parameter, std=0.05)
    return model


def main():
    warnings.simplefilter("ignore")
    torch.manual_seed(1)
    torch.set_num_threads(1)
    reference("convolutions", convolutions(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, 24)), 48, 147, 266)
    reference("map", convolutions(nn.AdaptiveAvgPool2d(1)), 48, 49, 96)
    reference("resnet18", torchvision.models.resnet18(), 64, 18, 26)
    reference("transformer", seeded(transformer), 64, 0, 1)
    vit_size = 224 if "--full" in sys.argv else 64
    reference("vit_b_16", seeded(lambda: torchvision.models.vit_b_16(image_size=vit_size)), vit_size, 0)

    trace("unpooled", convolutions(), 48)
    trace("pair", Pair(), 48)
    trace("one_image", OneImage(), 48, batch=1)
    with torch.no_grad():
        trace("no_gradient", seeded(transformer), 64)
    torch.jit.script(seeded(transformer).eval()).save(str(folder / "scripted.pt"))
    torch.jit.trace(Named().eval(), torch.rand(1, 3, 48, 48), strict=False).save(str(folder / "named.pt"))
    for model in (Saves, Reads, Prints, Seeds):
        torch.jit.script(model()).save(str(folder / f"{model.__name__.lower()}.pt"))
    torch.save(convolutions().state_dict(), folder / "checkpoint.pt")


main()
