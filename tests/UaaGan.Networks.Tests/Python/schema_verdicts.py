"""Reads a JSON array [schema, cards] from standard input; writes the array of the cards' verdicts: null, or what is wrong."""

import json
import sys

import jsonschema

schema, cards = json.load(sys.stdin)
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
json.dump([next((error.message for error in validator.iter_errors(card)), None) for card in cards], sys.stdout)
