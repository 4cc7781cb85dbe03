"""What goes into a stream beside images, and what comes out: a value, or the error that stands in its place."""

import dataclasses
from typing import List, Optional, Union

import numpy as np

from uaagan.errors import ItemError
from uaagan.proto.perturbation.v1 import perturbation_pb2


@dataclasses.dataclass(frozen=True)
class Extracted:
    """The feature of one image: float32."""

    id: str
    feature: Optional[np.ndarray]
    error: Optional[ItemError]


@dataclasses.dataclass(frozen=True)
class Perturbed:
    """The adversarial twin of one image, of the size and channels of the original.

    image: a PNG file, or a uint8 array [height, width, channels]. quality: how far it is from the original, on its pixels.
    """

    id: str
    image: Optional[Union[bytes, np.ndarray]]
    quality: Optional[perturbation_pb2.Quality]
    error: Optional[ItemError]


@dataclasses.dataclass(frozen=True)
class GalleryRow:
    """An item of a gallery. id: 1 to 256 bytes, unique in it."""

    id: str
    feature: np.ndarray
    identity: str = ""
    camera: str = ""


@dataclasses.dataclass(frozen=True)
class Stored:
    """A row of a gallery is on disk, unless there is an error."""

    id: str
    error: Optional[ItemError]


@dataclasses.dataclass(frozen=True)
class Query:
    """A feature to search with. id: 1 to 256 bytes, unique in its stream."""

    id: str
    feature: np.ndarray


@dataclasses.dataclass(frozen=True)
class Found:
    """The best items for one query, best first. scores: their cosines, float32."""

    id: str
    ids: List[str]
    scores: np.ndarray
    error: Optional[ItemError]
