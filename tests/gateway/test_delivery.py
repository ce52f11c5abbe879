"""What goes out over HTTP, whatever is in a reply."""

from __future__ import annotations

import string

from hypothesis import example, given
from hypothesis import strategies as st

from sobrio.gateway.delivery import header_safe


@given(st.binary().map(lambda data: data.decode("latin-1")))
@example("café → \r\nset-cookie: stolen \N{GRINNING FACE}")
def test_a_header_value_never_breaks_a_response_apart(value):
    sent = header_safe(value)
    assert all(0x20 <= byte <= 0x7E for byte in sent)
    assert len(sent) == len(value)


@given(st.text(alphabet=string.ascii_letters + string.digits + string.punctuation + " "))
def test_an_ordinary_header_value_goes_out_as_it_is(value):
    assert header_safe(value) == value.encode()
