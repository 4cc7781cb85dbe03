"""Global poolings [N,C,H,W] to [N,C], and what follows them, in plain torch operations."""

import torch
from torch.nn import functional as F


def avg(x):
    return F.adaptive_avg_pool2d(x, 1).flatten(1)


def mac(x):
    return F.max_pool2d(x, x.shape[2:]).flatten(1)


def gem(p):
    return lambda x: avg(x.clamp(min=1e-6).pow(p)).pow(1 / p)


def rmac(x):
    """R-MAC with three levels: regions of 2w/(l+1) pixels, l along the shorter side w, more along the longer one.

    In single precision, as cirtorch computes: its rounding decides ties and moves some regions by a pixel.
    """

    def unit(v):
        return v / (v.norm(dim=1, keepdim=True) + 1e-6)

    def starts(length, side, count):
        if count == 1:
            return [0]
        first = side // 2 - 1
        return (torch.floor(first + torch.arange(count, dtype=torch.float32) * ((length - side) / (count - 1))) - first).int().tolist()

    height, width = x.shape[2:]
    w = min(height, width)
    overlaps = (w * w - w * ((max(height, width) - w) / torch.arange(1, 7, dtype=torch.float32))) / (w * w)
    more = int((overlaps - 0.4).abs().argmin()) + 1
    total = unit(mac(x))
    for level in (1, 2, 3):
        side = 2 * w // (level + 1)
        if side == 0:
            continue
        for row in starts(height, side, level + (more if height > width else 0)):
            for column in starts(width, side, level + (more if width > height else 0)):
                total = total + unit(mac(x[:, :, row : row + side, column : column + side]))
    return total


def whiten(x, p, m):
    return F.normalize((x - m) @ p.t())


def multi_scale(feature, x, scales):
    """The unit features of all scales of the normalised image, added and normalised."""
    total = 0
    for scale in scales:
        scaled = x if scale == 1 else F.interpolate(x, scale_factor=scale, mode="bilinear", align_corners=False)
        total = total + F.normalize(feature(scaled))
    return F.normalize(total)


def flipped(feature):
    return lambda x: feature(x) + feature(x.flip(3))
