"""Scan a file in one pass over its bytes: is it certainly valid Python, and which import statements does it have?

A recursive-descent recognizer without a tree. It knows the grammar of Python 3.11 but for what is rare, and accepts a
file only if every Python since 3.11 accepts it with the same imports. Anything else is in doubt, and left to a parser:
`match`, type parameters, `except*`, `lazy import`, syntax errors, identifiers beyond ASCII, tabs before a statement,
form feeds, carriage returns, another encoding than UTF-8, odd backslashes, nested quotes in f-strings, deep nesting.

The module is plain Python, and `syntax_scanner.pxd` has the types that Cython compiles it with. Compiled, it reads
100 MB in a second; as Python it is slower than `ast`, so that it is used only if it is compiled.

Every byte of the file is read by `_at`, which checks the bounds. A token in doubt is `_BAD`, and so are all tokens
after it: no rule of the grammar accepts it, so that each rule returns and each loop ends. Cost: linear; only the
parenthesis after `with` is read a second time.
"""

import re
from typing import Final, NamedTuple, TypeAlias

_MOST_LEVELS: Final = 40
"""Nested expressions, and nested blocks: the limit of CPython's parser is about 90 parentheses; written is less."""
_MOST_DIGITS: Final = 1_000
"""Characters of a number: CPython refuses to read more than 4,300 digits."""

_DECLARES_UTF8: Final = re.compile(rb"#[^\n]*?coding[:=][ \t]*utf-?8(?![-\w.])[^\n]*", re.IGNORECASE)

Statement: TypeAlias = tuple[int, int, str, tuple[str, ...], int, int]
"""An import statement: line, dots, module, names, and where in the file it starts and ends.

`import a.b, c` has no module and the names `a.b` and `c`; `from ..a import b as c` has two dots, the module `a` and the
name `b`; `from a import *` has the name `*`.
"""

_END, _NAME, _NUMBER, _STRING, _BINARY, _COMPARISON, _AUGMENTED, _ARROW, _WALRUS, _POWER = range(10)
_BAD, _ELLIPSIS = 254, 255
_NEWLINE, _SPACE, _TAB, _BACKSLASH, _HASH, _QUOTE, _DOUBLE_QUOTE = 10, 32, 9, 92, 35, 39, 34
_OPEN, _CLOSE, _OPEN_SQUARE, _CLOSE_SQUARE, _OPEN_BRACE, _CLOSE_BRACE = 40, 41, 91, 93, 123, 125
_COMMA, _COLON, _SEMICOLON, _EQUAL, _DOT, _STAR, _SLASH = 44, 58, 59, 61, 46, 42, 47
_PLUS, _MINUS, _TILDE, _AT, _BANG, _LESS, _GREATER = 43, 45, 126, 64, 33, 60, 62
_ZERO, _ONE, _UNDERSCORE = 48, 49, 95
_LOWER_B, _LOWER_E, _LOWER_F, _LOWER_J, _LOWER_O, _LOWER_R, _LOWER_U, _LOWER_X = 98, 101, 102, 106, 111, 114, 117, 120
_UPPER_N, _UPPER_U = 78, 85
_BEYOND_ASCII = 128

_KEYWORDS: Final = (
    b"False None True and as assert async await break class continue def del elif else except finally for from global "
    b"if import in is lambda nonlocal not or pass raise return try while with yield "
)
_FIRST_KEYWORD: Final = 130
_FALSE, _NONE, _TRUE, _AND, _AS, _ASSERT, _ASYNC, _AWAIT, _BREAK, _CLASS, _CONTINUE, _DEF = range(130, 142)
_DEL, _ELIF, _ELSE, _EXCEPT, _FINALLY, _FOR, _FROM, _GLOBAL, _IF, _IMPORT, _IN, _IS = range(142, 154)
_LAMBDA, _NONLOCAL, _NOT, _OR, _PASS, _RAISE, _RETURN, _TRY, _WHILE, _WITH, _YIELD = range(154, 165)

# What an expression is as the target of an assignment.
_NO_TARGET, _PLAIN_NAME, _PLACE, _TARGETS, _IN_PARENTHESES, _STARRED = range(6)

_LETTER, _DIGIT, _HEXADECIMAL, _SIMPLE_OPERATOR = 1, 2, 4, 8


def _classes() -> bytes:
    """What each byte may be part of."""
    found = bytearray(256)
    for character in b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_":
        found[character] |= _LETTER
    for character in b"0123456789":
        found[character] |= _DIGIT | _HEXADECIMAL
    for character in b"ABCDEFabcdef":
        found[character] |= _HEXADECIMAL
    for character in b",;~":
        found[character] |= _SIMPLE_OPERATOR
    return bytes(found)


def _keyword_starts() -> bytes:
    """Where in `_KEYWORDS` the first keyword with each letter starts; 255 if there is none."""
    found = bytearray(b"\xff" * 256)
    for start, character in enumerate(_KEYWORDS):
        if character != _SPACE and (start == 0 or _KEYWORDS[start - 1] == _SPACE) and found[character] == 255:
            found[character] = start
    return bytes(found)


def _keyword_numbers() -> bytes:
    """The number of the keyword that each place in `_KEYWORDS` is in."""
    return bytes(_FIRST_KEYWORD + _KEYWORDS[:place].count(b" ") for place in range(len(_KEYWORDS)))


_CLASS_OF: Final = _classes()
_STARTS: Final = _keyword_starts()
_NUMBERS: Final = _keyword_numbers()


class SyntaxScanner:
    """The state of a scan of one file; use `scan`."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.data = content
        self.size = len(content)
        self.classes = _CLASS_OF
        self.keywords = _KEYWORDS
        self.starts = _STARTS
        self.numbers = _NUMBERS
        self.line = 1
        self.kind = _END
        self.pos = self.start = self.last_end = self.indentation = 0
        self.depth = self.level = self.blocks = self.outer_quotes = 0
        self.field_depth = -1
        self.string_is_bytes = self.names_loader = False
        self.names: list[str] = []
        self.starts_of_statements: list[int] = []
        self.imports: list[Statement] = []

    def run(self) -> bool:
        """Scan the file. Whether it is certainly valid, and all import statements are known."""
        self._begin_line()
        self._statements(0)
        return self.kind == _END

    # Tokens.

    def _at(self, pos: int) -> int:
        """The byte at `pos`; 0 beyond the end."""
        # A zero byte in the file itself is in doubt from the start (`_is_doubtful`), so that 0 always means the end.
        return self.data[pos] if 0 <= pos < self.size else 0

    def _class_at(self, pos: int) -> int:
        return self.classes[self._at(pos)]

    def _fail(self) -> None:
        self.kind = _BAD

    def _begin_line(self) -> None:
        """Move to the first token of the next line that has one, and measure its indentation."""
        if self.kind == _BAD:
            return
        pos = self.pos
        while True:
            start = pos
            while self._at(pos) == _SPACE:
                pos += 1
            character = self._at(pos)
            if character == _HASH:
                pos = self._after_comment(pos)
                character = self._at(pos)
            if character != _NEWLINE:
                break
            pos += 1
            self.line += 1
        self.pos = pos
        # In doubt: how far a tab indents depends on the lines above.
        if character in (_TAB, _BACKSLASH):
            self._fail()
            return
        self.indentation = pos - start
        self._next()
        if not character:
            self.kind = _END

    def _after_comment(self, pos: int) -> int:
        while self._at(pos) not in (_NEWLINE, 0):
            pos += 1
        return pos

    def _next(self) -> None:
        """Move to the next token."""
        if self.kind == _BAD:
            return
        self.last_end = self.pos
        pos = self.pos
        while True:
            character = self._at(pos)
            if character in (_SPACE, _TAB):
                pos += 1
            # In brackets, a line break is no token.
            elif character == _NEWLINE and self.depth > 0:
                pos += 1
                self.line += 1
            elif character == _BACKSLASH:
                # A backslash before an empty line, or before the end of the file, is in doubt.
                if self._at(pos + 1) != _NEWLINE or self._at(pos + 2) in (_NEWLINE, 0) or self.outer_quotes:
                    self._fail()
                    return
                pos += 2
                self.line += 1
            # Before Python 3.12, a comment in a replacement field is an error.
            elif character == _HASH and not self.outer_quotes:
                pos = self._after_comment(pos)
            else:
                break
        self.start = pos
        of_class = self._class_at(pos)
        if of_class & _LETTER:
            self._read_name(pos)
        elif of_class & _DIGIT or (character == _DOT and self._class_at(pos + 1) & _DIGIT):
            self._read_number(pos)
        elif character in (_QUOTE, _DOUBLE_QUOTE):
            self._read_string(pos, pos)
        elif character == _NEWLINE or not character:
            self.pos = pos + 1 if character else pos
            self.line += 1
            # The end of the file in brackets; a line break is skipped above.
            self.kind = _NEWLINE if self.depth == 0 else _BAD
        else:
            self._read_operator(pos, character)

    def _read_name(self, pos: int) -> None:
        start = pos
        while self._class_at(pos) & (_LETTER | _DIGIT):
            pos += 1
        character = self._at(pos)
        # What was read is the prefix of a string: `rb"..."`.
        if character in (_QUOTE, _DOUBLE_QUOTE):
            self._read_string(start, pos)
            return
        self.pos = pos
        self.kind = self._keyword(start, pos - start)
        if pos - start >= 9:  # the shortest of the names below, and longer than any keyword
            if self._is(start, pos - start, b"import_module", 13) or self._is(start, pos - start, b"__import__", 10):
                self.names_loader = True
            elif self._is(start, pos - start, b"__debug__", 9):  # which nothing may be assigned to
                self._fail()

    def _keyword(self, start: int, length: int) -> int:
        """The number of the keyword at `start`; `_NAME` if it is none."""
        first = self._at(start)
        place = self.starts[first]
        # `continue` and `nonlocal` are the longest, with eight letters.
        if place == 255 or length > 8:
            return _NAME
        while self.keywords[place] == first:
            same = 1
            while same < length and self.keywords[place + same] == self._at(start + same):
                same += 1
            if same == length and self.keywords[place + same] == _SPACE:
                return self.numbers[place]
            place += same
            while self.keywords[place] != _SPACE:
                place += 1
            place += 1
            if place >= len(_KEYWORDS):
                break
        return _NAME

    def _is(self, start: int, length: int, word: bytes, word_length: int) -> bool:
        if length != word_length:
            return False
        for offset in range(length):
            if self._at(start + offset) != word[offset]:
                return False
        return True

    def _read_number(self, pos: int) -> None:
        start = pos
        self.kind = _NUMBER
        # `| _SPACE` sets the bit by which a lower-case letter differs from its upper case.
        if self._at(pos) == _ZERO and self._at(pos + 1) | _SPACE in b"xob":
            base = self._at(pos + 1) | _SPACE
            pos = self._after_digits(pos + 2, base)
        else:
            pos = self._after_digits(pos, 0)
            is_float = False
            if self._at(pos) == _DOT:
                is_float = True
                pos += 1
                if self._class_at(pos) & _DIGIT:
                    pos = self._after_digits(pos, 0)
            if self._at(pos) | _SPACE == _LOWER_E:
                is_float = True
                pos += 1
                if self._at(pos) in (_PLUS, _MINUS):
                    pos += 1
                if not self._class_at(pos) & _DIGIT:
                    self._fail()
                pos = self._after_digits(pos, 0)
            if self._at(pos) | _SPACE == _LOWER_J:
                is_float = True
                pos += 1
            if not is_float and self._at(start) == _ZERO:
                for place in range(start, pos):
                    if self._at(place) != _ZERO:  # `0777`
                        self._fail()
        if self._class_at(pos) & (_LETTER | _DIGIT) or pos - start > _MOST_DIGITS:
            self._fail()
        self.pos = pos

    def _after_digits(self, pos: int, base: int) -> int:
        """The place after the digits at `pos`, of which there must be one if `base` is given."""
        start = pos
        while True:
            character = self._at(pos)
            if character == _UNDERSCORE:  # `_`: between digits, or once after `0x`
                pos += 1
                character = self._at(pos)
            if base == _LOWER_X:  # `x`
                is_digit = self.classes[character] & _HEXADECIMAL
            elif base == _LOWER_B:  # `b`
                is_digit = character in (_ZERO, _ONE)
            elif base == _LOWER_O:  # `o`
                is_digit = _ZERO <= character < _ZERO + 8
            else:
                is_digit = self.classes[character] & _DIGIT
            if not is_digit:
                break
            pos += 1
        if base and pos == start:
            self._fail()
        if self._at(pos - 1) == _UNDERSCORE:
            self._fail()
        return pos

    def _read_operator(self, pos: int, character: int) -> None:
        following = self._at(pos + 1)
        length = 1
        self.kind = character
        if self.classes[character] & _SIMPLE_OPERATOR:
            pass
        elif character in (_OPEN, _OPEN_SQUARE, _OPEN_BRACE):
            self.depth += 1
        elif character in (_CLOSE, _CLOSE_SQUARE, _CLOSE_BRACE):
            self.depth -= 1
        elif character == _COLON:
            # At the level of a replacement field, `:=` is a colon, and `=` begins the format: `f"{total:=10}"`.
            if following == _EQUAL and self.depth != self.field_depth:
                self.kind = _WALRUS
                length = 2
        elif character == _DOT:
            if following == _DOT and self._at(pos + 2) == _DOT:
                self.kind = _ELLIPSIS
                length = 3
        elif character in (_EQUAL, _BANG):
            if following == _EQUAL:
                self.kind = _COMPARISON
                length = 2
        elif character in b"%&|^@+-*/<>":
            length = self._read_arithmetic(pos, character, following)
        else:
            self._fail()
        self.pos = pos + length

    def _read_arithmetic(self, pos: int, character: int, following: int) -> int:
        """Set the kind of an operator that may be doubled, and have a `=` after it. Returns its length."""
        length = 1
        if following == character and character in b"*/<>":
            length = 2
        elif character == _MINUS and following == _GREATER:
            self.kind = _ARROW
            return 2
        if self._at(pos + length) == _EQUAL:
            self.kind = _COMPARISON if character in (_LESS, _GREATER) and length == 1 else _AUGMENTED
            return length + 1
        if length == 2:
            self.kind = _POWER if character == _STAR else _BINARY
        elif character in (_LESS, _GREATER):
            self.kind = _COMPARISON
        elif character in b"%&|^":
            self.kind = _BINARY
        return length

    # Strings.

    def _read_string(self, start: int, pos: int) -> None:
        """Read the string with its prefix at `start` and its first quote at `pos`."""
        is_raw = is_bytes = is_formatted = False
        for place in range(start, pos):
            letter = self._at(place) | _SPACE
            if letter == _LOWER_R and not is_raw:  # `r`
                is_raw = True
            elif letter == _LOWER_B and not is_bytes:  # `b`
                is_bytes = True
            elif letter == _LOWER_F and not is_formatted:  # `f`
                is_formatted = True
            elif letter != _LOWER_U or pos - start > 1:  # `u`, which means nothing
                self._fail()
        if is_bytes and is_formatted:
            self._fail()
        quote = self._at(pos)
        quotes = 3 if self._at(pos + 1) == quote and self._at(pos + 2) == quote else 1
        outer = self.outer_quotes
        mark = 1 if quote == _QUOTE else 2
        if outer and (outer & mark or quotes == 3):  # before Python 3.12, this ends the outer string
            self._fail()
        if self.kind == _BAD:
            return
        self.kind = _STRING
        pos += quotes
        while True:
            character = self._at(pos)
            if character == quote and (quotes == 1 or (self._at(pos + 1) == quote and self._at(pos + 2) == quote)):
                self.pos = pos + quotes
                self.string_is_bytes = is_bytes
                return
            if not character or (character == _NEWLINE and quotes == 1):
                self._fail()
                return
            if character == _NEWLINE:
                self.line += 1
            elif character == _BACKSLASH:
                # Also in a raw string: the backslash stays there, but still keeps a quote from ending it.
                pos = self._after_escape(pos, is_raw, is_bytes, is_formatted)
                # Before Python 3.12, a replacement field has no backslash, in a string inside of it either.
                if outer or self.kind == _BAD:
                    self._fail()
                    return
                continue
            elif (is_bytes and character & _BEYOND_ASCII) or (outer and character in (_QUOTE, _DOUBLE_QUOTE)):
                self._fail()
                return
            elif is_formatted and character == _OPEN_BRACE:
                if self._at(pos + 1) == _OPEN_BRACE:
                    pos += 1
                else:
                    pos = self._after_field(pos, mark, quotes, False)
                    if self.kind == _BAD:
                        return
                    continue
            # `}` alone is an error in an f-string, `}}` stands for it.
            elif is_formatted and character == _CLOSE_BRACE:
                pos += 1
                if self._at(pos) != _CLOSE_BRACE:
                    self._fail()
                    return
            pos += 1

    def _after_escape(self, pos: int, is_raw: bool, is_bytes: bool, is_formatted: bool) -> int:
        """The place after the backslash at `pos` and what it escapes."""
        escaped = self._at(pos + 1)
        if is_formatted and escaped in (_OPEN_BRACE, _CLOSE_BRACE):
            self._fail()
        if escaped == _NEWLINE:
            self.line += 1
        if not is_raw:
            digits = 0
            if escaped == _LOWER_X:  # `\x`
                digits = 2
            elif is_bytes:
                pass
            elif escaped == _LOWER_U:  # `\u`
                digits = 4
            elif escaped in (_UPPER_N, _UPPER_U):  # `\N` and `\U`, whose values are not all valid
                self._fail()
            for place in range(pos + 2, pos + 2 + digits):
                if not self._class_at(place) & _HEXADECIMAL:
                    self._fail()
        return pos + 2

    def _after_field(self, pos: int, mark: int, quotes: int, is_nested: bool) -> int:
        """The place after the replacement field `{…}` of an f-string; `mark` is that of its quote."""
        # The field is scanned by the same rules as the file, so that the state around it is kept here.
        outer, depth, field_depth = self.outer_quotes, self.depth, self.field_depth
        line = self.line
        self.outer_quotes = outer | mark
        self.depth = self.field_depth = 1
        self.pos = pos + 1
        self.kind = _END
        self._next()
        self._expressions()
        # `f"{total=}"`
        if self.kind == _EQUAL:
            self._next()
        if self.kind == _BANG:
            conversion = self._at(self.pos)
            self.pos += 1
            if conversion not in b"rsa":
                self._fail()
            if self._at(self.pos) not in (_COLON, _CLOSE_BRACE):
                self._fail()
            self._next()
        if self.kind == _COLON:
            self._skip_format(mark, quotes, is_nested)
        elif self.kind != _CLOSE_BRACE:
            self._fail()
        if quotes == 1 and self.line != line:  # a line break in `{…}` between single quotes needs Python 3.12
            self._fail()
        self.outer_quotes, self.depth, self.field_depth = outer, depth, field_depth
        # Once in doubt, always: restoring the kind must not hide it.
        if self.kind != _BAD:
            self.kind = _STRING
        return self.pos

    def _skip_format(self, mark: int, quotes: int, is_nested: bool) -> None:
        """Move to behind the `}` after a format such as `:>10` or `:>{width}`."""
        pos = self.pos
        while True:
            character = self._at(pos)
            if character == _CLOSE_BRACE:
                self.pos = pos + 1
                return
            if character == _OPEN_BRACE and not is_nested and self._at(pos + 1) != _OPEN_BRACE:
                pos = self._after_field(pos, mark, quotes, True)
                if self.kind == _BAD:
                    return
            # A field in the format of a field in a format is in doubt, as are quotes, which end the string before
            # Python 3.12.
            elif character in (_OPEN_BRACE, _NEWLINE, _BACKSLASH, _QUOTE, _DOUBLE_QUOTE, 0):
                self._fail()
                return
            else:
                pos += 1

    # Expressions. Each rule starts at the current token, and ends at the first one that it does not accept.

    def _expect(self, kind: int) -> None:
        if self.kind == kind:
            self._next()
        else:
            self._fail()

    def _expressions(self) -> int:
        """`a`, `a, b`, `*a, b`: the rule `star_expressions`."""
        is_tuple = False
        all_targets = True
        while True:
            target = self._starred_or_expression(False)
            all_targets = all_targets and target != _NO_TARGET
            if self.kind != _COMMA:
                break
            self._next()
            is_tuple = True
            if self._ends_expressions():
                break
        if is_tuple:
            return _TARGETS if all_targets else _NO_TARGET
        if target == _STARRED:
            self._fail()
        return target

    def _ends_expressions(self) -> bool:
        kind = self.kind
        return kind in (_NEWLINE, _EQUAL, _SEMICOLON, _COLON, _CLOSE, _CLOSE_SQUARE, _CLOSE_BRACE, _BANG)

    def _starred_or_expression(self, named: bool) -> int:
        """`*a`, or an expression; with `named`, also `a := b`. Returns the kind of target."""
        if self.kind == _STAR:
            self._next()
            target = self._operands(False)
            return _NO_TARGET if target == _NO_TARGET else _STARRED
        return self._named_expression() if named else self._expression()

    def _named_expression(self) -> int:
        target = self._expression()
        if self.kind == _WALRUS and target == _PLAIN_NAME:
            self._next()
            self._expression()
            return _NO_TARGET
        return target

    def _expression(self) -> int:
        self.level += 1
        if self.level > _MOST_LEVELS:
            self._fail()
        target = _NO_TARGET
        is_composite = False
        while True:
            if self.kind == _LAMBDA:
                is_composite = True
                self._next()
                # The colon of a lambda would begin the format of the field.
                if self.outer_quotes:
                    self._fail()
                self._parameters(_COLON)
                continue
            target = self._disjunction()
            if self.kind != _IF:
                break
            is_composite = True
            self._next()
            self._disjunction()
            self._expect(_ELSE)
        self.level -= 1
        return _NO_TARGET if is_composite else target

    def _disjunction(self) -> int:
        target = _NO_TARGET
        is_composite = False
        while True:
            while self.kind == _NOT:
                is_composite = True
                self._next()
            target = self._operands(True)
            if self.kind not in (_AND, _OR):
                break
            is_composite = True
            self._next()
        return _NO_TARGET if is_composite else target

    def _operands(self, comparisons: bool) -> int:
        """Operands with operators between them, in any order of precedence, which does not matter here."""
        target = _NO_TARGET
        is_composite = False
        while True:
            while self.kind in (_PLUS, _MINUS, _TILDE):
                is_composite = True
                self._next()
            if self.kind == _AWAIT:
                is_composite = True
                self._next()
            target = self._primary()
            kind = self.kind
            if kind in (_PLUS, _MINUS, _STAR, _SLASH, _AT, _BINARY, _POWER) or (
                comparisons and kind in (_COMPARISON, _IN)
            ):
                self._next()
            elif comparisons and kind == _IS:
                self._next()
                if self.kind == _NOT:
                    self._next()
            elif comparisons and kind == _NOT:
                self._next()
                self._expect(_IN)
            else:
                break
            is_composite = True
        return _NO_TARGET if is_composite else target

    def _primary(self) -> int:
        target = self._atom()
        while True:
            if self.kind == _DOT:
                self._next()
                self._expect(_NAME)
                target = _PLACE
            elif self.kind == _OPEN:
                self._arguments(True)
                target = _NO_TARGET
            elif self.kind == _OPEN_SQUARE:
                self._subscript()
                target = _PLACE
            else:
                return target

    def _atom(self) -> int:
        kind = self.kind
        if kind == _NAME:
            self._next()
            return _PLAIN_NAME
        if kind in (_NUMBER, _ELLIPSIS, _NONE, _TRUE, _FALSE):
            self._next()
        elif kind == _STRING:
            is_bytes = self.string_is_bytes
            while self.kind == _STRING:
                if self.string_is_bytes != is_bytes:
                    self._fail()
                self._next()
        elif kind == _OPEN:
            return self._group()
        elif kind == _OPEN_SQUARE:
            return self._list()
        elif kind == _OPEN_BRACE:
            self._set_or_dictionary()
        else:
            self._fail()
        return _NO_TARGET

    def _group(self) -> int:
        """`()`, `(a)`, `(a, b)`, `(yield)` or `(a for a in b)`."""
        self._next()
        if self.kind == _CLOSE:
            self._next()
            return _TARGETS
        if self.kind == _YIELD:
            self._yield()
            self._expect(_CLOSE)
            return _NO_TARGET
        is_starred = self.kind == _STAR
        first = self._starred_or_expression(True)
        # `(*a for a in b)` is an error.
        if not is_starred and self.kind in (_FOR, _ASYNC):
            self._comprehension()
            self._expect(_CLOSE)
            return _NO_TARGET
        if self.kind != _COMMA:
            self._expect(_CLOSE)
            if is_starred:
                self._fail()
            # `(a) = 1` is right; in parentheses before `:` or `+=`, a target is in doubt.
            return _IN_PARENTHESES if first in (_PLAIN_NAME, _PLACE, _IN_PARENTHESES) else first
        return self._rest_of_elements(_CLOSE, first)

    def _list(self) -> int:
        self._next()
        if self.kind == _CLOSE_SQUARE:
            self._next()
            return _TARGETS
        is_starred = self.kind == _STAR
        first = self._starred_or_expression(True)
        if not is_starred and self.kind in (_FOR, _ASYNC):
            self._comprehension()
            self._expect(_CLOSE_SQUARE)
            return _NO_TARGET
        return self._rest_of_elements(_CLOSE_SQUARE, first)

    def _rest_of_elements(self, closing: int, first: int) -> int:
        """The elements after the `first`, and the bracket that closes them."""
        all_targets = first != _NO_TARGET
        while self.kind == _COMMA:
            self._next()
            if self.kind != closing and self._starred_or_expression(True) == _NO_TARGET:
                all_targets = False
        self._expect(closing)
        return _TARGETS if all_targets else _NO_TARGET

    def _set_or_dictionary(self) -> None:
        self._next()
        if self.kind == _CLOSE_BRACE:
            self._next()
            return
        is_starred = self.kind == _STAR
        is_dictionary = self.kind == _POWER
        if not is_dictionary:
            self._starred_or_expression(False)
            is_dictionary = not is_starred and self.kind == _COLON
            if is_dictionary:
                self._next()
                self._expression()
            if not is_starred and self.kind in (_FOR, _ASYNC):
                self._comprehension()
                self._expect(_CLOSE_BRACE)
                return
        else:
            self._next()
            self._operands(False)
        while self.kind == _COMMA:
            self._next()
            if self.kind != _CLOSE_BRACE:
                self._element(is_dictionary)
        self._expect(_CLOSE_BRACE)

    def _element(self, is_dictionary: bool) -> None:
        """An element of a set or dictionary, but for the first."""
        if not is_dictionary:
            self._starred_or_expression(True)
        elif self.kind == _POWER:
            self._next()
            self._operands(False)
        else:
            self._expression()
            self._expect(_COLON)
            self._expression()

    def _comprehension(self) -> None:
        """`for a in b if c`, once or more."""
        while self.kind in (_FOR, _ASYNC):
            if self.kind == _ASYNC:
                self._next()
            self._expect(_FOR)
            self._targets()
            self._expect(_IN)
            self._disjunction()
            while self.kind == _IF:
                self._next()
                self._disjunction()

    def _targets(self) -> None:
        """The targets of `for`, up to `in`."""
        is_starred = self.kind == _STAR
        is_tuple = False
        while True:
            if self.kind == _STAR:
                self._next()
            if self._primary() == _NO_TARGET:
                self._fail()
            if self.kind != _COMMA:
                break
            self._next()
            is_tuple = True
            if self.kind == _IN:
                break
        # `for *a in b` is an error.
        if is_starred and not is_tuple:
            self._fail()

    def _arguments(self, generator: bool) -> None:
        """The arguments of a call or a class, with their parentheses; `generator` if one may be the only argument."""
        self._next()
        after_keyword = after_unpacking = False
        is_first = True
        while self.kind != _CLOSE:
            if self.kind == _STAR:
                if after_unpacking:
                    self._fail()
                self._next()
                self._expression()
            elif self.kind == _POWER:
                after_unpacking = True
                self._next()
                self._expression()
            else:
                target = self._named_expression()
                if self.kind == _EQUAL and target == _PLAIN_NAME:
                    after_keyword = True
                    self._next()
                    self._expression()
                elif self.kind in (_FOR, _ASYNC):
                    # `f(a for a in b)` needs no parentheses of its own, as the only argument.
                    if not generator or not is_first:
                        self._fail()
                    self._comprehension()
                    break
                # A positional argument behind `key=value` or `**other`.
                elif after_keyword or after_unpacking:
                    self._fail()
            is_first = False
            if self.kind != _COMMA:
                break
            self._next()
        self._expect(_CLOSE)

    def _subscript(self) -> None:
        self._next()
        while True:
            if self.kind != _COLON:
                self._expression()
            if self.kind == _COLON:
                self._next()
                if self.kind not in (_COLON, _COMMA, _CLOSE_SQUARE):
                    self._expression()
                if self.kind == _COLON:
                    self._next()
                    if self.kind not in (_COMMA, _CLOSE_SQUARE):
                        self._expression()
            if self.kind != _COMMA:
                break
            self._next()
            if self.kind == _CLOSE_SQUARE:
                break
        self._expect(_CLOSE_SQUARE)

    def _parameters(self, closing: int) -> None:
        """The parameters of a function, or those of a lambda, which end with a colon and have no annotations."""
        is_annotated = closing == _CLOSE
        after_default = after_star = after_slash = False
        is_first = True
        while self.kind != closing:
            if self.kind == _POWER:
                self._next()
                self._parameter(is_annotated)
                if self.kind == _COMMA:
                    self._next()
                break
            if self.kind == _STAR:
                if after_star:
                    self._fail()
                after_star = True
                self._next()
                if self.kind == _COMMA:
                    self._next()
                    if self.kind != _NAME:
                        self._fail()
                    continue
                self._parameter(is_annotated)
            elif self.kind == _SLASH:
                if after_slash or after_star or is_first:
                    self._fail()
                after_slash = True
                self._next()
            else:
                self._parameter(is_annotated)
                is_first = False
                if self.kind == _EQUAL:
                    after_default = True
                    self._next()
                    self._expression()
                # Behind `*`, parameters with and without a default may be mixed.
                elif after_default and not after_star:
                    self._fail()
            if self.kind != _COMMA:
                break
            self._next()
        self._expect(closing)

    def _parameter(self, is_annotated: bool) -> None:
        self._expect(_NAME)
        if is_annotated and self.kind == _COLON:
            self._next()
            self._expression()

    def _yield(self) -> None:
        self._next()
        if self.kind == _FROM:
            self._next()
            self._expression()
        elif not self._ends_expressions():
            self._expressions()

    # Statements.

    def _statements(self, indentation: int) -> None:
        """The statements of a block whose first token is the current one.

        A line with another indentation ends it, and each block around it that it does not fit; if there is none that it
        fits, the scan ends before the file does.
        """
        while self.kind not in (_END, _BAD) and self.indentation == indentation:
            if indentation == 0:
                self.starts_of_statements.append(self.start)
            self._statement(indentation)

    def _block(self, indentation: int) -> None:
        """`:` and a block, of a statement with the given indentation."""
        self._expect(_COLON)
        if self.kind != _NEWLINE:
            self._simple_statements()
            return
        self._begin_line()
        self.blocks += 1
        if self.kind == _END or self.indentation <= indentation or self.blocks > _MOST_LEVELS:
            self._fail()
        self._statements(self.indentation)
        self.blocks -= 1

    def _statement(self, indentation: int) -> None:
        kind = self.kind
        if kind == _IF:
            self._if(indentation)
        elif kind == _DEF:
            self._function(indentation)
        elif kind == _CLASS:
            self._class(indentation)
        elif kind == _AT:
            self._decorated(indentation)
        elif kind == _FOR:
            self._for(indentation)
        elif kind == _WHILE:
            self._next()
            self._named_expression()
            self._block(indentation)
            self._else(indentation)
        elif kind == _WITH:
            self._with(indentation)
        elif kind == _TRY:
            self._try(indentation)
        elif kind == _ASYNC:
            self._next()
            if self.kind not in (_DEF, _FOR, _WITH):
                self._fail()
            self._statement(indentation)
        else:
            self._simple_statements()

    def _continues(self, kind: int, indentation: int) -> bool:
        """Whether the current token begins a further clause, such as `else`, of a statement with that indentation."""
        return self.kind == kind and self.indentation == indentation

    def _else(self, indentation: int) -> None:
        if self._continues(_ELSE, indentation):
            self._next()
            self._block(indentation)

    def _if(self, indentation: int) -> None:
        while True:
            self._next()
            self._named_expression()
            self._block(indentation)
            if not self._continues(_ELIF, indentation):
                break
        self._else(indentation)

    def _function(self, indentation: int) -> None:
        self._next()
        self._expect(_NAME)
        if self.kind == _OPEN:
            self._next()
            self._parameters(_CLOSE)
        else:
            self._fail()
        if self.kind == _ARROW:
            self._next()
            self._expression()
        self._block(indentation)

    def _class(self, indentation: int) -> None:
        self._next()
        self._expect(_NAME)
        if self.kind == _OPEN:
            self._arguments(False)
        self._block(indentation)

    def _decorated(self, indentation: int) -> None:
        while self._continues(_AT, indentation):
            self._next()
            self._named_expression()
            if self.kind == _NEWLINE:
                self._begin_line()
            else:
                self._fail()
        if self.indentation != indentation:
            self._fail()
        if self.kind == _ASYNC:
            self._next()
            if self.kind != _DEF:
                self._fail()
        if self.kind == _DEF:
            self._function(indentation)
        elif self.kind == _CLASS:
            self._class(indentation)
        else:
            self._fail()

    def _for(self, indentation: int) -> None:
        self._next()
        self._targets()
        self._expect(_IN)
        self._expressions()
        self._block(indentation)
        self._else(indentation)

    def _with(self, indentation: int) -> None:
        self._next()
        # `with (a, b):` is a tuple or two managers; which one is decided by what follows. It is read as a tuple first.
        pos, line, start, depth, level = self.pos, self.line, self.start, self.depth, self.level
        is_in_parentheses = self.kind == _OPEN
        self._with_items()
        if self.kind != _COLON and is_in_parentheses:  # `with (a as b, c as d):`
            self.pos, self.line, self.start, self.depth, self.level = pos, line, start, depth, level
            self.kind = _OPEN
            self._next()
            self._with_items()
            self._expect(_CLOSE)
        self._block(indentation)

    def _with_items(self) -> None:
        while True:
            self._expression()
            if self.kind == _AS:
                self._next()
                if self._primary() == _NO_TARGET:
                    self._fail()
            if self.kind != _COMMA:
                return
            self._next()
            if self.kind == _CLOSE:
                return

    def _try(self, indentation: int) -> None:
        self._next()
        self._block(indentation)
        has_handlers = False
        while self._continues(_EXCEPT, indentation):
            self._next()
            has_handlers = True
            is_bare = self.kind == _COLON
            if not is_bare:
                self._expression()
                if self.kind == _AS:
                    self._next()
                    self._expect(_NAME)
            self._block(indentation)
            # `except:` must be the last one.
            if is_bare:
                break
        if has_handlers:
            self._else(indentation)
        if self._continues(_FINALLY, indentation):
            self._next()
            self._block(indentation)
        elif not has_handlers:
            self._fail()

    def _simple_statements(self) -> None:
        """`a; b`, up to the end of the line."""
        while True:
            self._simple_statement()
            if self.kind != _SEMICOLON:
                break
            self._next()
            if self.kind == _NEWLINE:
                break
        if self.kind == _NEWLINE:
            self._begin_line()
        else:
            self._fail()

    def _simple_statement(self) -> None:
        kind = self.kind
        if kind in (_PASS, _BREAK, _CONTINUE):
            self._next()
        elif kind in (_IMPORT, _FROM):
            self._import()
        elif kind == _RETURN:
            self._next()
            if self.kind not in (_NEWLINE, _SEMICOLON):
                self._expressions()
        elif kind == _RAISE:
            self._next()
            if self.kind not in (_NEWLINE, _SEMICOLON):
                self._expression()
                if self.kind == _FROM:
                    self._next()
                    self._expression()
        elif kind == _ASSERT:
            self._next()
            self._expression()
            if self.kind == _COMMA:
                self._next()
                self._expression()
        elif kind == _DEL:
            self._delete()
        elif kind in (_GLOBAL, _NONLOCAL):
            self._next()
            self._expect(_NAME)
            while self.kind == _COMMA:
                self._next()
                self._expect(_NAME)
        elif kind == _YIELD:
            self._yield()
        else:
            self._assignment()

    def _delete(self) -> None:
        self._next()
        while True:
            if self._primary() not in (_PLAIN_NAME, _PLACE):
                self._fail()
            if self.kind != _COMMA:
                break
            self._next()
            if self.kind in (_NEWLINE, _SEMICOLON):
                break

    def _assignment(self) -> None:
        """An assignment of any kind, or an expression."""
        target = self._expressions()
        if self.kind == _COLON:
            if target not in (_PLAIN_NAME, _PLACE):
                self._fail()
            self._next()
            self._expression()
            if self.kind == _EQUAL:
                self._next()
                self._value()
        elif self.kind == _AUGMENTED:
            if target not in (_PLAIN_NAME, _PLACE):
                self._fail()
            self._next()
            self._value()
        else:
            while self.kind == _EQUAL:
                if target == _NO_TARGET:
                    self._fail()
                self._next()
                target = self._value()

    def _value(self) -> int:
        if self.kind == _YIELD:
            self._yield()
            return _NO_TARGET
        return self._expressions()

    def _import(self) -> None:
        """An import statement; adds it to `imports`."""
        line, start = self.line, self.start
        self.names = []
        dots = 0
        module_start = module_end = start
        has_module = self.kind == _FROM
        self._next()
        if has_module:
            while self.kind in (_DOT, _ELLIPSIS):
                dots += 1 if self.kind == _DOT else 3
                self._next()
            # `from . import a` has dots and no module.
            if self.kind != _IMPORT or not dots:
                module_start = self.start
                self._dotted_name()
                module_end = self.last_end
            self._expect(_IMPORT)
        if has_module and self.kind == _STAR:
            self.names.append("*")
            self._next()
        else:
            is_in_parentheses = has_module and self.kind == _OPEN
            if is_in_parentheses:
                self._next()
            self._imported_names(not has_module, is_in_parentheses)
            if is_in_parentheses:
                self._expect(_CLOSE)
        module = self._text(module_start, module_end)
        self.imports.append((line, dots, module, tuple(self.names), start, self.last_end))

    def _imported_names(self, is_dotted: bool, is_in_parentheses: bool) -> None:
        while True:
            start = self.start
            if is_dotted:
                self._dotted_name()
            else:
                self._expect(_NAME)
            self.names.append(self._text(start, self.last_end))
            if self.kind == _AS:
                self._next()
                self._expect(_NAME)
            if self.kind != _COMMA:
                return
            self._next()
            if is_in_parentheses and self.kind == _CLOSE:
                return

    def _dotted_name(self) -> None:
        self._expect(_NAME)
        while self.kind == _DOT:
            self._next()
            self._expect(_NAME)

    def _text(self, start: int, end: int) -> str:
        """The dotted name between two places; in doubt if there is a space or a line break in it."""
        for place in range(start, end):
            if self._at(place) != _DOT and not self._class_at(place) & (_LETTER | _DIGIT):
                self._fail()
                return ""
        return self.content[start:end].decode("ascii")


class Scan(NamedTuple):
    """What a file has, according to `scan`."""

    imports: list[Statement]
    """The import statements, in file order."""
    names_loader: bool
    """Whether the code, rather than a comment or a string, names `import_module` or `__import__`."""
    starts: list[int]
    """Where the top-level statements start."""


def scan(content: bytes) -> Scan | None:
    """The import statements of a file; None if it needs a parser."""
    if _is_doubtful(content) or not _is_utf8(content):
        return None
    scanner = SyntaxScanner(content)
    return Scan(scanner.imports, scanner.names_loader, scanner.starts_of_statements) if scanner.run() else None


def _is_doubtful(content: bytes) -> bool:
    """Whether there are bytes that end a file or a line for CPython."""
    return b"\0" in content or b"\f" in content or b"\r" in content


def _is_utf8(content: bytes) -> bool:
    # PEP 263: only the first two lines can declare an encoding.
    for line in content.split(b"\n", 2)[:2]:
        if b"coding" in line and not _DECLARES_UTF8.fullmatch(line):
            return False
    try:
        return content.isascii() or bool(content.decode("utf-8"))
    except UnicodeDecodeError:
        return False


def is_compiled() -> bool:
    """Whether this module has been compiled."""
    return not __file__.endswith(".py")
