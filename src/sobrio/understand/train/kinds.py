"""What the training prompts are, in the words that explanations use."""

from __future__ import annotations

from typing import Final

_KINDS: Final[tuple[tuple[str, str], ...]] = (
    # The beginning of a data set's name, and its kind; several data sets may share one.
    ("fasteval_math", "competition mathematics"),
    ("llmrouter_math", "competition mathematics"),
    ("zeroeval_math", "competition mathematics"),
    ("zeroeval_numersense", "counting puzzles of common sense"),
    ("zeroeval_crux", "programs to run in the head"),
    ("cruxeval", "programs to run in the head"),
    ("llmrouter_mbpp", "short Python functions to write"),
    ("routerbench_mbpp", "short Python functions to write"),
    ("bfcl", "tool calls to make"),
    ("mmlu_pro", "university examination questions"),
    ("llmrouter_gpqa", "graduate science questions"),
    ("llmrouter_openbook", "school science questions"),
    ("llmrouter_arc", "school science questions"),
    ("routerbench_arc", "school science questions"),
    ("routerbench_winogrande", "sentences with a gap to fill"),
    ("llmrouter_natural", "questions of fact"),
    ("llmrouter_trivia", "questions of fact"),
    ("llmrouter_commongen", "sentences to make from given words"),
    ("llmrouter_logicgrid", "logic puzzles"),
    ("kor_bench", "puzzles with rules of their own"),
    ("arena_bench", "open requests to an assistant"),
    ("open chat", "open requests to an assistant"),
    ("parallel", "everyday requests"),
    ("anchors", "trivial requests"),
    ("graded", "open requests to an assistant"),
    ("closed questions", "questions from school to university"),
    ("closed exercises", "exercises in steps"),
    ("wmt23", "texts to translate"),
)


def kind_of(data_set: str) -> str:
    """In words; the data set's own name where nobody put it into words."""
    return next((kind for name, kind in _KINDS if data_set.startswith(name)), data_set)
