"""Clients of the three UaaGan services: images in, numpy features, adversarial images and retrieval scores out.

    import uaagan

    with uaagan.FeatureClient("localhost:5101") as client:
        ids, features = client.array("images/", model="mine")

uaagan.aio has the same clients for asyncio.
"""

from uaagan.access import Access
from uaagan.errors import ItemError, reason
from uaagan.features import FeatureClient
from uaagan.images import Item, read_folder
from uaagan.methods import BrokenStream
from uaagan.perturbation import PerturbationClient
from uaagan.results import Extracted, Found, GalleryRow, Perturbed, Query, Stored
from uaagan.retry import Progress, Retry
from uaagan.scoring import ScoringClient

__all__ = [
    "Access", "BrokenStream", "Extracted", "FeatureClient", "Found", "GalleryRow", "Item", "ItemError", "Perturbed", "PerturbationClient", "Progress",
    "Query", "Retry", "ScoringClient", "Stored", "read_folder", "reason",
]
