"""Client of the three UaaGan services: images in, numpy features, adversarial images and retrieval scores out.

    import uaagan

    features = uaagan.FeatureClient("localhost:5101")
    for result in features.extract(uaagan.read_folder("images/"), model="mine"):
        print(result.id, result.feature.shape)
"""

from uaagan.access import Access
from uaagan.errors import ItemError
from uaagan.features import Extracted, FeatureClient
from uaagan.images import Item, read_folder
from uaagan.perturbation import Perturbed, PerturbationClient
from uaagan.scoring import ScoringClient

__all__ = [
    "Access", "Extracted", "FeatureClient", "Item", "ItemError", "Perturbed", "PerturbationClient", "ScoringClient", "read_folder",
]
