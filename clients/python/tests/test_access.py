import os
import unittest
from unittest import mock

from uaagan import Access, FeatureClient


class AccessTests(unittest.TestCase):
    def test_the_environment_is_read(self):
        with mock.patch.dict(os.environ, {"UAAGAN_API_KEY": "k", "UAAGAN_TOKEN": "t", "UAAGAN_CA": ""}, clear=True):
            self.assertEqual(Access(api_key="k", token="t"), Access.from_environment())

    def test_metadata_are_those_of_what_is_given(self):
        self.assertEqual([], Access().metadata())
        self.assertEqual([("x-api-key", "k"), ("authorization", "Bearer t")], Access(api_key="k", token="t").metadata())

    def test_a_secret_does_not_go_to_another_machine_in_the_clear(self):
        with self.assertRaisesRegex(ValueError, "features.example:5101 in the clear"):
            FeatureClient("features.example:5101", Access(api_key="k"))
        with self.assertRaisesRegex(ValueError, "10.0.0.2:5101 in the clear"):
            FeatureClient(["127.0.0.1:5101", "10.0.0.2:5101"], Access(token="t"))
        for target in ("localhost:5101", "127.0.0.1:5101", "[::1]:5101"):
            FeatureClient(target, Access(api_key="k")).close()
        FeatureClient("features.example:5101").close()
        FeatureClient("features.example:5101", Access(api_key="k", tls=True)).close()


if __name__ == "__main__":
    unittest.main()
