import os
import unittest
from unittest import mock

from uaagan import Access


class AccessTests(unittest.TestCase):
    def test_the_environment_is_read(self):
        with mock.patch.dict(os.environ, {"UAAGAN_API_KEY": "k", "UAAGAN_TOKEN": "t", "UAAGAN_CA": ""}, clear=True):
            self.assertEqual(Access(api_key="k", token="t"), Access.from_environment())

    def test_metadata_are_those_of_what_is_given(self):
        self.assertEqual([], Access().metadata())
        self.assertEqual([("x-api-key", "k"), ("authorization", "Bearer t")], Access(api_key="k", token="t").metadata())

    def test_a_secret_does_not_go_to_another_machine_in_the_clear(self):
        with self.assertRaisesRegex(ValueError, "https://features.example:5101"):
            Access(api_key="k").channel("features.example:5101")
        for target in ("localhost:5101", "127.0.0.1:5101", "http://[::1]:5101"):
            Access(api_key="k").channel(target).close()
        Access().channel("features.example:5101").close()


if __name__ == "__main__":
    unittest.main()
