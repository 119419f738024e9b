"""Valid ISBNs for the format "isbn", so that Schemathesis can check that they are accepted: a pattern can't express a check digit."""

import schemathesis
from hypothesis import strategies as st


def isbn_10(digits):
    return digits + "0123456789X"[-sum(int(digit) * (10 - place) for place, digit in enumerate(digits)) % 11]


def isbn_13(digits):
    return digits + str(-sum(int(digit) * (1, 3)[place % 2] for place, digit in enumerate(digits)) % 10)


ISBN_10 = st.from_regex("[0-9]{9}", fullmatch=True).map(isbn_10)
ISBN_13 = st.from_regex("97[89][0-9]{9}", fullmatch=True).map(isbn_13)
SEPARATORS = st.sampled_from(["", "-", " "])

schemathesis.openapi.format("isbn", st.builds(str.join, SEPARATORS, ISBN_10 | ISBN_13) | SEPARATORS)
