"""The three clients for asyncio: the same methods, whose streams are asynchronous iterators and whose calls are awaited.

    async with uaagan.aio.FeatureClient("localhost:5101") as client:
        ids, features = await client.array("images/", model="mine")
"""

from uaagan.aio.features import FeatureClient
from uaagan.aio.perturbation import PerturbationClient
from uaagan.aio.scoring import ScoringClient

__all__ = ["FeatureClient", "PerturbationClient", "ScoringClient"]
