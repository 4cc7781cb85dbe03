"""Images as the services take them: encoded files, or uint8 arrays."""

import dataclasses
import os
from pathlib import Path
from typing import AsyncIterable, Iterable, Iterator, Union

import numpy as np

from uaagan.proto.common.v1 import common_pb2

_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".gif", ".tif", ".tiff", ".bmp", ".pgm", ".ppm", ".pnm"}

# Files that fit no message travel in pieces of this many bytes.
_CHUNK = 1 << 20

# Room for tags, lengths and offsets around an image's bytes.
_OVERHEAD = 128


@dataclasses.dataclass(frozen=True)
class Item:
    """One image of a stream.

    id: the caller's, 1 to 256 bytes, unique in its stream; it also seeds random starts.
    image: the bytes of a file, or a uint8 array [height, width] or [height, width, 1 or 3] in RGB.
    identity, camera: labels for scoring.
    """

    id: str
    image: Union[bytes, np.ndarray]
    identity: str = ""
    camera: str = ""


Images = Union[str, os.PathLike, Iterable[Item]]
"""A folder, or items."""

AsyncImages = Union[Images, AsyncIterable[Item]]
"""The same for asyncio, whose items may come as they are made."""


def read_folder(folder: Union[str, os.PathLike]) -> Iterator[Item]:
    """The images under a folder, at any depth, by path. The id is the path in the folder, the identity its first part."""
    root = Path(folder)
    if not root.is_dir():
        raise NotADirectoryError(f"{root} is no folder")
    paths = sorted(path for path in root.rglob("*") if path.suffix.lower() in _SUFFIXES)
    if not paths:
        raise FileNotFoundError(f"there is no image under {root}")
    for path in paths:
        relative = path.relative_to(root)
        yield Item(relative.as_posix(), path.read_bytes(), relative.parts[0] if len(relative.parts) > 1 else "")


def messages(item: Item, max_message_bytes: int = 4 << 20) -> Iterable[common_pb2.ImageItem]:
    """The messages that carry one image: one, or the pieces of a large file. ValueError for pixels that fit no message."""
    room = max_message_bytes - _OVERHEAD - len(item.id.encode())
    if isinstance(item.image, np.ndarray):
        raw = _raw(item.id, item.image)
        if len(raw.data) > room:
            raise ValueError(
                f"{item.id}: {len(raw.data)} bytes of pixels do not fit a message of {max_message_bytes}, and only files travel in pieces; send a PNG")
        yield common_pb2.ImageItem(id=item.id, image=common_pb2.Image(raw=raw))
        return
    if len(item.image) <= room:
        yield common_pb2.ImageItem(id=item.id, image=common_pb2.Image(encoded=item.image))
        return
    size = max(1, min(_CHUNK, room))
    for offset in range(0, len(item.image), size):
        chunk = common_pb2.ImageChunk(offset=offset, total_bytes=len(item.image), data=item.image[offset:offset + size])
        yield common_pb2.ImageItem(id=item.id, chunk=chunk)


def pixels(raw: common_pb2.RawImage) -> np.ndarray:
    """Uncompressed pixels as a uint8 array [height, width, channels]."""
    return np.frombuffer(raw.data, np.uint8).reshape(raw.height, raw.width, raw.channels)


def images(source: Images) -> Iterable[Item]:
    """The items of a folder, or the items themselves."""
    return read_folder(source) if isinstance(source, (str, os.PathLike)) else source


def async_images(source: AsyncImages) -> Union[Iterable[Item], AsyncIterable[Item]]:
    """The same for asyncio."""
    return read_folder(source) if isinstance(source, (str, os.PathLike)) else source


def _raw(id: str, image: np.ndarray) -> common_pb2.RawImage:
    if image.dtype != np.uint8 or image.ndim not in (2, 3) or (image.ndim == 3 and image.shape[2] not in (1, 3)):
        raise ValueError(f"{id}: an image is uint8 [height, width] or [height, width, 1 or 3], not {image.dtype} {list(image.shape)}")
    channels = 1 if image.ndim == 2 else image.shape[2]
    return common_pb2.RawImage(data=image.tobytes(), height=image.shape[0], width=image.shape[1], channels=channels)
