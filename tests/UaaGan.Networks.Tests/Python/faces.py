"""The face networks in plain PyTorch, with the key names of their origins."""

import torch
from torch import nn

from networks import named


class IResNetBlock(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.bn1 = nn.BatchNorm2d(inputs)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.prelu = nn.PReLU(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, stride, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(outputs)
        self.downsample = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = self.prelu(self.bn2(self.conv1(self.bn1(x))))
        return self.bn3(self.conv2(y)) + (x if self.downsample is None else self.downsample(x))


class IResNet(nn.Module):
    def __init__(self, counts):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.prelu = nn.PReLU(64)
        inputs = 64
        for stage, count in enumerate(counts):
            outputs = 64 * 2**stage
            blocks = [IResNetBlock(inputs if i == 0 else outputs, outputs, 2 if i == 0 else 1) for i in range(count)]
            self.add_module(f"layer{stage + 1}", nn.Sequential(*blocks))
            inputs = outputs
        self.bn2 = nn.BatchNorm2d(512)
        self.fc = nn.Linear(512 * 7 * 7, 512)
        self.features = nn.BatchNorm1d(512)

    def feature(self, x):
        x = self.prelu(self.bn1(self.conv1(x)))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.features(self.fc(torch.flatten(self.bn2(x), 1)))


def iresnet(depth):
    return IResNet({18: [2, 2, 2, 2], 50: [3, 4, 14, 3], 100: [3, 13, 30, 3]}[depth])


class MobileFaceNetBlock(nn.Module):
    def __init__(self, inputs, outputs, stride, expansion):
        super().__init__()
        middle = inputs * expansion
        self.conv = nn.Sequential(
            nn.Conv2d(inputs, middle, 1, bias=False), nn.BatchNorm2d(middle), nn.PReLU(middle),
            nn.Conv2d(middle, middle, 3, stride, 1, groups=middle, bias=False), nn.BatchNorm2d(middle), nn.PReLU(middle),
            nn.Conv2d(middle, outputs, 1, bias=False), nn.BatchNorm2d(outputs))
        self.connect = stride == 1 and inputs == outputs

    def forward(self, x):
        return x + self.conv(x) if self.connect else self.conv(x)


class MobileFaceNet(nn.Module):
    def __init__(self):
        super().__init__()

        def layer(inputs, outputs, kernel, stride=1, padding=0, groups=1, linear=False):
            parts = dict(conv=nn.Conv2d(inputs, outputs, kernel, stride, padding, groups=groups, bias=False), bn=nn.BatchNorm2d(outputs))
            return named(**parts) if linear else named(**parts, prelu=nn.PReLU(outputs))

        self.conv1 = layer(3, 64, 3, 2, 1)
        self.dw_conv1 = layer(64, 64, 3, 1, 1, groups=64)
        blocks, inputs = [], 64
        for expansion, outputs, count, stride in ((2, 64, 5, 2), (4, 128, 1, 2), (2, 128, 6, 1), (4, 128, 1, 2), (2, 128, 2, 1)):
            for i in range(count):
                blocks.append(MobileFaceNetBlock(inputs, outputs, stride if i == 0 else 1, expansion))
                inputs = outputs
        self.blocks = nn.Sequential(*blocks)
        self.conv2 = layer(128, 512, 1)
        self.linear7 = layer(512, 512, (7, 6), groups=512, linear=True)
        self.linear1 = layer(512, 128, 1, linear=True)

    def feature(self, x):
        x = self.conv2(self.blocks(self.dw_conv1(self.conv1(x))))
        return self.linear1(self.linear7(x)).flatten(1)
