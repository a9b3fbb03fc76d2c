"""Every error the service raises on purpose. Messages are for the reader, in Chinese.

YoujuError
  RequestError               the caller can fix it by asking differently
    UnitMismatchError
    FormulaSyntaxError
    FormulaTypeError
    UnknownNameError
    AmbiguousFigureError
    DivisionByZeroError
    InvalidInputError
    DraftNotReadyError
    DraftChangedError
    DraftApprovedError
  NotInCorpusError           the corpus does not say
    MissingFactError
    MissingDocumentError
    MissingOriginalError
    MissingAnswerError
    MissingDraftError
    MissingConversationError
    MissingCheckError
  SourceDocumentError        a file cannot be taken in
    UnreadableDocumentError
    EmptyDocumentError
    OversizedDocumentError
    UnsupportedDocumentError
  StoreError                 the store on disk cannot be used
    StoreReadOnlyError
    StoreFullError
    StoreVersionError
  ModelError                 the language model gave no usable reply; the rules answer instead
    ModelUnreachableError
    ModelKeyError
    ModelNameError
    ModelIncompatibleError
    ModelOverflowError
    ModelBusyError
    ModelSlowError
    ModelBrokenError
  ConfigurationError         the operator can fix it; raised at start-up only
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar


class YoujuError(Exception):
    """Root of the tree.

    Attributes:
        code: Stable name for logs, the API and the documentation. Never reused.
        message: What happened, where, what was expected and what to do, in Chinese.
    """

    code: ClassVar[str] = "youju"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class RequestError(YoujuError):
    """The caller can fix it by asking differently."""

    code = "request"


class UnitMismatchError(RequestError):
    """Quantities of different kinds were combined."""

    code = "unit-mismatch"

    def __init__(self, left: str, right: str) -> None:
        super().__init__(
            f"单位“{left or '无'}”与“{right or '无'}”不是同一种量，不能换算或相加。请分别询问，或改用能比较的两个数。"
        )
        self.left = left
        self.right = right


class FormulaSyntaxError(RequestError):
    """A formula cannot be parsed."""

    code = "formula-syntax"

    def __init__(self, formula: str, position: int, expected: str) -> None:
        marker = formula[:position] + "▲" + formula[position:]
        super().__init__(f"算式写法有误（▲处）：{marker}。此处应为{expected}。")
        self.formula = formula
        self.position = position


class FormulaTypeError(RequestError):
    """A formula combines things that do not go together."""

    code = "formula-type"


class UnknownNameError(RequestError):
    """No measure or member has that name."""

    code = "unknown-name"

    def __init__(self, name: str, near: tuple[str, ...] = ()) -> None:
        hint = f"相近的有：{'、'.join(near)}。" if near else "请换用表中印出的科目、项目或单位名称。"
        super().__init__(f"不认识“{name}”。{hint}")
        self.name = name
        self.near = near


class AmbiguousFigureError(RequestError):
    """A reference fits several figures that must not be added up."""

    code = "ambiguous-figure"

    def __init__(self, name: str, readings: tuple[str, ...]) -> None:
        super().__init__(f"“{name}”有多种所指：{'；'.join(readings)}。请说明是哪一个。")
        self.name = name
        self.readings = readings


class DivisionByZeroError(RequestError):
    """A divisor is zero."""

    code = "division-by-zero"

    def __init__(self, divisor: str) -> None:
        super().__init__(f"除数“{divisor}”为0，占比或增减率无法计算。")
        self.divisor = divisor


class InvalidInputError(RequestError):
    """A question or parameter is empty, too long or malformed."""

    code = "invalid-input"


class DraftNotReadyError(RequestError):
    """A draft was to be approved that has errors or open places."""

    code = "draft-not-ready"

    def __init__(self, draft_id: str, version: int, errors: Sequence[str], gaps: Sequence[str]) -> None:
        parts = []
        if errors:
            parts.append(f"有{len(errors)}处错误或没有来源的数：{'；'.join(each.rstrip('。') for each in errors[:3])}{'等' if len(errors) > 3 else ''}")
        if gaps:
            parts.append(f"有{len(gaps)}项待补充：{'、'.join(gaps[:5])}{'等' if len(gaps) > 5 else ''}")
        super().__init__(
            f"草稿“{draft_id}”第{version}版还不能批准：{'。'.join(parts)}。请改好、补齐后用 youju recheck 交来新的一版，再批准。"
        )
        self.errors = tuple(errors)
        self.gaps = tuple(gaps)


class DraftChangedError(RequestError):
    """A version was to be kept by somebody who did not know the newest one."""

    code = "draft-changed"

    def __init__(self, draft_id: str, version: int, created_at: str) -> None:
        super().__init__(
            f"草稿“{draft_id}”在您打开之后有了第{version}版（{created_at}存入）。您的文字没有存，也没有丢。"
            f"请先看第{version}版改了什么，再决定照改，还是把您的文字另存为新的一版。"
        )


class DraftApprovedError(RequestError):
    """A draft was to be deleted that has an approved version."""

    code = "draft-approved"

    def __init__(self, draft_id: str, version: int, by: str) -> None:
        super().__init__(f"草稿“{draft_id}”的第{version}版已由{by}批准，批准过的草稿不能删除。")


class NotInCorpusError(YoujuError):
    """The corpus does not say."""

    code = "not-in-corpus"


class MissingFactError(NotInCorpusError):
    """No figure stands at the coordinate asked for."""

    code = "missing-fact"


class MissingDocumentError(NotInCorpusError):
    """No document of that entity or year is in the store."""

    code = "missing-document"


class MissingOriginalError(NotInCorpusError):
    """The file of a document was not kept."""

    code = "missing-original"


class MissingAnswerError(NotInCorpusError):
    """No stored answer has that number."""

    code = "missing-answer"


class MissingDraftError(NotInCorpusError):
    """No stored draft has that number."""

    code = "missing-draft"


class MissingConversationError(NotInCorpusError):
    """No stored conversation has that number."""

    code = "missing-conversation"


class MissingCheckError(NotInCorpusError):
    """No stored check has that number, or it has no such finding."""

    code = "missing-check"


class SourceDocumentError(YoujuError):
    """A file cannot be taken in."""

    code = "source-document"


class UnreadableDocumentError(SourceDocumentError):
    """A file is binary, damaged or in an unknown encoding."""

    code = "unreadable-document"


class EmptyDocumentError(SourceDocumentError):
    """A file holds no text."""

    code = "empty-document"


class OversizedDocumentError(SourceDocumentError):
    """A file is beyond the size limits."""

    code = "oversized-document"


class UnsupportedDocumentError(SourceDocumentError):
    """No reader takes this kind of file."""

    code = "unsupported-document"


class StoreError(YoujuError):
    """The store on disk cannot be used."""

    code = "store"


class StoreReadOnlyError(StoreError):
    """The store cannot be written."""

    code = "store-read-only"


class StoreFullError(StoreError):
    """The disk is full; the store was left as it was."""

    code = "store-full"


class StoreVersionError(StoreError):
    """The store was written by a newer version of the program."""

    code = "store-version"


class ModelError(YoujuError):
    """A language model gave no usable reply. Never reaches a caller: the rules answer instead, and a finding says so."""

    code = "model"


class ModelUnreachableError(ModelError):
    """There is no server at the address, or the connection cannot be made."""

    code = "model-unreachable"


class ModelKeyError(ModelError):
    """The server refuses the key."""

    code = "model-key-refused"


class ModelNameError(ModelError):
    """The server has no model of that name."""

    code = "model-unknown"


class ModelIncompatibleError(ModelError):
    """The server does not speak the protocol of OpenAI's chat completions."""

    code = "model-incompatible"


class ModelOverflowError(ModelError):
    """What was sent is too long for the model."""

    code = "model-overflow"


class ModelBusyError(ModelError):
    """The server is overloaded, or the quota is used up."""

    code = "model-busy"


class ModelSlowError(ModelError):
    """There was no complete reply in the time allowed."""

    code = "model-slow"


class ModelBrokenError(ModelError):
    """The reply broke off, is empty, or holds nothing that can be used."""

    code = "model-broken"


class ConfigurationError(YoujuError):
    """The operator can fix it."""

    code = "configuration"
