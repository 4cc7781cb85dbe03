import sys

import uaagan

folder, model, target = sys.argv[1:]
with uaagan.FeatureClient(target) as client:
    ids, features = client.array(folder, model)
print(features.shape, features.dtype, ids[0])
