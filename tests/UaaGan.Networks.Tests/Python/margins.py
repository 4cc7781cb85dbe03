"""How far a network's run stays from its kinks, and images that keep it far from all of them.

ReLU, PReLU, ReLU6 and max pooling have another gradient on each side of a kink. An input that lies nearer to one than single precision
rounds falls to this side in one program and to that in the next, both rightly, and their gradients differ by far more than rounding:
by 1/1000 for one unit of a wide layer, by a third for some of a narrow one. Among some hundred thousand units one always lies so near,
unless the image is chosen: the margin is the least distance of all units, as a part of their root mean square in its layer.
"""

import contextlib
import math

import torch
from torch.nn import functional as F

# The least margin that will do. Single precision rounds the inputs of a deep layer by some 1e-6 of their root mean square; the networks of
# faces, whose images are large, have no image in 400 that is clearer by more than a third.
LEAST = 1.5e-6

# Most images that are tried for one. A search begins at a number where it is known to end at once; on a machine whose random weights
# differ in their last bits it goes on from there.
CANDIDATES = 400


@contextlib.contextmanager
def watch():
    """Yields a list that gets the margins [N] of every call within."""
    margins, saved = [], {}

    def note(x, distance):
        margins.append(distance.flatten(1).amin(1) / x.flatten(1).square().mean(1).sqrt())

    def pointwise(name, kinks):
        saved[name] = run = getattr(F, name)

        def watched(x, *arguments, **named):
            for kink in kinks(*arguments, **named):
                note(x, (x - kink).abs())
            return run(x, *arguments, **named)

        return watched

    def max_pool2d(x, kernel_size, stride=None, padding=0, *arguments, **named):
        rows, columns = kernel_size if isinstance(kernel_size, (tuple, list, torch.Size)) else (kernel_size, kernel_size)
        if rows * columns > 1:
            padded = F.pad(x, [padding] * 4, value=-math.inf)
            windows = F.unfold(padded, (rows, columns), stride=stride or (rows, columns)).unflatten(1, (x.shape[1], -1))
            largest, second = windows.topk(2, dim=2).values.unbind(2)
            # A window of zeros lies behind a ReLU that gives all of it the gradient 0.
            note(x, (largest - second).where(largest != 0, torch.full_like(largest, math.inf)))
        return pool(x, kernel_size, stride, padding, *arguments, **named)

    watchers = {
        "relu": pointwise("relu", lambda inplace=False: (0,)),
        "relu6": pointwise("relu6", lambda inplace=False: (0, 6)),
        "hardtanh": pointwise("hardtanh", lambda least=-1.0, most=1.0, inplace=False: (least, most)),
        "prelu": pointwise("prelu", lambda weight: (0,)),
        "max_pool2d": max_pool2d,
    }
    saved["max_pool2d"] = pool = F.max_pool2d
    try:
        for name, watcher in watchers.items():
            setattr(F, name, watcher)
        yield margins
    finally:
        for name, function in saved.items():
            setattr(F, name, function)


@torch.no_grad()
def margin(run, image):
    """The margin of one image; infinite for a network without kinks."""
    with watch() as margins:
        run(image)
    return min((value.item() for value in margins), default=math.inf)


def clear_image(run, picture, first):
    """The first of picture(first), picture(first + 1), ... whose margin is at least LEAST."""
    best = 0
    for number in range(first, first + CANDIDATES):
        image = picture(number)
        found = margin(run, image)
        if found >= LEAST:
            return image
        best = max(best, found)
    raise SystemExit(f"no image from {first} on is {LEAST} away from every kink; the best of {CANDIDATES} is {best}")
