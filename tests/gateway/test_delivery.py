"""What goes out over HTTP, whatever is in a reply."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sobrio.gateway.delivery import header_safe


@given(st.text())
def test_a_header_value_never_breaks_a_response_apart(value):
    sent = header_safe(value)
    assert all(0x20 <= byte <= 0x7E for byte in sent)
    assert len(sent) == len(value)


@given(st.text(alphabet=st.characters(min_codepoint=0x20, max_codepoint=0x7E)))
def test_an_ordinary_header_value_goes_out_as_it_is(value):
    assert header_safe(value) == value.encode()
