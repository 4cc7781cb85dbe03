"""What a service says when one item of a stream fails."""

import grpc


class ItemError(Exception):
    """One item failed; the others of its stream are unharmed.

    id: the item's id. code: the grpc.StatusCode. message: what is wrong and what would be right.
    """

    def __init__(self, id, status):
        self.id = id
        self.code = _CODES[status.code]
        self.message = status.message
        super().__init__(f"{id}: {self.code.name}: {self.message}")


_CODES = {code.value[0]: code for code in grpc.StatusCode}
