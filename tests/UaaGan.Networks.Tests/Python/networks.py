"""The networks in plain PyTorch, from their papers, with the key names of their origins; `feature` is what each is tested with.

ResNet, VGG-16 and MobileNetV2 are torchvision's own.
"""

import torch
from torch import nn
from torch.nn import functional as F
from torchvision import models

import poolings


class Pooled(nn.Module):
    """A network whose feature is its last map, pooled. `self.pooling` may be replaced."""

    pooling = staticmethod(poolings.avg)

    def feature(self, x):
        return self.pooling(self.map(x))


class ResNet(Pooled, models.ResNet):
    def __init__(self, block, counts, last_stride=2):
        super().__init__(block, counts, num_classes=2)
        first = self.layer4[0]
        for convolution in (first.conv2 if hasattr(first, "conv3") else first.conv1, first.downsample[0]):
            convolution.stride = (last_stride, last_stride)

    def map(self, x):
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        return self.layer4(self.layer3(self.layer2(self.layer1(x))))


def resnet(depth):
    block = models.resnet.BasicBlock if depth < 50 else models.resnet.Bottleneck
    counts = {18: [2, 2, 2, 2], 34: [3, 4, 6, 3], 50: [3, 4, 6, 3], 101: [3, 4, 23, 3], 152: [3, 8, 36, 3]}[depth]
    return ResNet(block, counts)


class Vgg16(Pooled):
    """torchvision's layers; its classifier of 120 million weights is a small one here, which nothing reads."""

    def __init__(self):
        super().__init__()
        self.features = models.vgg.make_layers(models.vgg.cfgs["D"])
        self.classifier = nn.Sequential(nn.Linear(512, 2))

    def map(self, x):
        return self.features(x)


class MobileNetV2(Pooled, models.MobileNetV2):
    def map(self, x):
        return self.features(x)


class BnNeck(Pooled):
    """The strong re-ID baseline: its ResNet-50 has no ReLU after the first convolution."""

    def __init__(self):
        super().__init__()
        self.base = ResNet(models.resnet.Bottleneck, [3, 4, 6, 3], last_stride=1)
        del self.base.fc
        self.base.relu = nn.Identity()
        self.bottleneck = nn.BatchNorm1d(2048)
        self.classifier = nn.Linear(2048, 2, bias=False)
        self.map = self.base.map

    def before_neck(self, x):
        return self.pooling(self.map(x))

    def feature(self, x):
        return self.bottleneck(self.before_neck(x))


class Pcb(ResNet):
    def __init__(self, parts):
        super().__init__(models.resnet.Bottleneck, [3, 4, 6, 3], last_stride=1)
        del self.fc
        self.parts = parts
        self.conv5 = nn.Module()
        self.conv5.layers = nn.Sequential(nn.Conv2d(2048, 256, 1, bias=False), nn.BatchNorm2d(256))
        self.classifier = nn.ModuleList(nn.Linear(256, 2) for _ in range(parts))

    def feature(self, x):
        stripes = F.adaptive_avg_pool2d(self.map(x), (self.parts, 1))
        return F.normalize(stripes, dim=1).flatten(1)


def named(**modules):
    """A module whose children have these names, called one after the other."""
    sequence = nn.Sequential()
    for name, module in modules.items():
        sequence.add_module(name, module)
    return sequence


def conv_bn(inputs, outputs, kernel, stride=1, padding=0):
    return named(conv=nn.Conv2d(inputs, outputs, kernel, stride, padding, bias=False), bn=nn.BatchNorm2d(outputs))


class OsNetGate(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.fc1 = nn.Conv2d(channels, channels // 16, 1)
        self.fc2 = nn.Conv2d(channels // 16, channels, 1)

    def forward(self, x):
        return x * torch.sigmoid(self.fc2(F.relu(self.fc1(F.adaptive_avg_pool2d(x, 1)))))


class OsNetBlock(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        middle = outputs // 4
        self.conv1 = conv_bn(inputs, middle, 1)
        self.conv2a = self.light(middle)
        for length, letter in ((2, "b"), (3, "c"), (4, "d")):
            self.add_module(f"conv2{letter}", nn.Sequential(*(self.light(middle) for _ in range(length))))
        self.gate = OsNetGate(middle)
        self.conv3 = conv_bn(middle, outputs, 1)
        self.downsample = conv_bn(inputs, outputs, 1) if inputs != outputs else None

    @staticmethod
    def light(channels):
        return named(
            conv1=nn.Conv2d(channels, channels, 1, bias=False),
            conv2=nn.Conv2d(channels, channels, 3, padding=1, groups=channels, bias=False),
            bn=nn.BatchNorm2d(channels),
            relu=nn.ReLU(),
        )

    def forward(self, x):
        y = F.relu(self.conv1(x))
        mixed = sum(self.gate(stream(y)) for stream in (self.conv2a, self.conv2b, self.conv2c, self.conv2d))
        return F.relu(self.conv3(mixed) + (x if self.downsample is None else self.downsample(x)))


class OsNet(Pooled):
    def __init__(self, width):
        super().__init__()
        a, b, c, d = (int(channels * width) for channels in (64, 256, 384, 512))
        self.conv1 = conv_bn(3, a, 7, 2, 3)
        self.conv2 = self.stage(a, b, True)
        self.conv3 = self.stage(b, c, True)
        self.conv4 = self.stage(c, d, False)
        self.conv5 = conv_bn(d, d, 1)
        self.fc = nn.Sequential(nn.Linear(d, 512), nn.BatchNorm1d(512), nn.ReLU())
        self.classifier = nn.Linear(512, 2)

    @staticmethod
    def stage(inputs, outputs, reduce):
        tail = [nn.Sequential(named(**conv_bn(outputs, outputs, 1)._modules, relu=nn.ReLU()), nn.AvgPool2d(2))] if reduce else []
        return nn.Sequential(OsNetBlock(inputs, outputs), OsNetBlock(outputs, outputs), *tail)

    def map(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 3, 2, 1)
        return F.relu(self.conv5(self.conv4(self.conv3(self.conv2(x)))))

    def feature(self, x):
        return self.fc(self.pooling(self.map(x)))
