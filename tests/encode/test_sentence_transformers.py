"""sentence-transformers models behind the port: real modules, tiny, built here, so that no hub is needed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Pooling, StaticEmbedding, Transformer
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from sobrio.encode import encoder_named
from sobrio.errors import InputError

WORDS = ["[PAD]", "[UNK]", "how", "do", "i", "reset", "my", "password", "a", "poem", "about", "the", "sea"]

# torch and transformers leave warnings of their own behind.
pytestmark = pytest.mark.filterwarnings("default")


def tokenizer() -> Tokenizer:
    made = Tokenizer(WordLevel({word: place for place, word in enumerate(WORDS)}, unk_token="[UNK]"))
    made.pre_tokenizer = Whitespace()
    return made


def static(folder: Path) -> Path:
    SentenceTransformer(modules=[StaticEmbedding(tokenizer(), embedding_dim=16)]).save(str(folder))
    return folder


def transformer(folder: Path) -> Path:
    base = folder / "base"
    size = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
    BertModel(BertConfig(vocab_size=len(WORDS), max_position_embeddings=64, **size)).save_pretrained(base)
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer(), pad_token="[PAD]", unk_token="[UNK]", model_max_length=64
    ).save_pretrained(base)
    module = Transformer(str(base))
    pooling = Pooling(16, pooling_mode="mean")
    SentenceTransformer(modules=[module, pooling]).save(str(folder / "whole"))
    return folder / "whole"


@pytest.fixture(params=[static, transformer], ids=["static", "transformer"])
def saved(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return request.param(tmp_path / "model")


def test_it_keeps_the_port(saved: Path) -> None:
    encoder = encoder_named(f"sentence-transformers:{saved}")
    rows = encoder.encode(["how do i reset my password", "", "a poem about the sea"])
    assert rows.dtype == np.float32
    assert rows.shape == (3, 16)
    assert np.linalg.norm(rows[[0, 2]], axis=1) == pytest.approx([1.0, 1.0], abs=1e-4)
    assert not rows[1].any()
    assert encoder.encode([]).shape == (0, 16)


def test_like_texts_are_near(saved: Path) -> None:
    encoder = encoder_named(f"sentence-transformers:{saved}")
    rows = encoder.encode(["reset my password", "reset the password", "a poem about sea"])
    assert rows[0] @ rows[1] > rows[0] @ rows[2]


def test_the_fingerprint_follows_the_weights(tmp_path: Path) -> None:
    one, other = static(tmp_path / "one"), static(tmp_path / "other")
    fingerprints = [encoder_named(f"sentence-transformers:{each}").fingerprint for each in (one, other)]
    assert len(set(fingerprints)) == 2
    again = encoder_named.__wrapped__(f"sentence-transformers:{one}")
    assert again.fingerprint == fingerprints[0]


def test_a_folder_that_holds_no_model_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no model")
    with pytest.raises(InputError, match="is not a sentence-transformers model") as caught:
        encoder_named(f"sentence-transformers:{tmp_path}")
    assert "\n" not in caught.value.message
