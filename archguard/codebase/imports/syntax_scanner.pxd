import cython

cdef int _END, _NAME, _NUMBER, _STRING, _BINARY, _COMPARISON, _AUGMENTED, _ARROW, _WALRUS
cdef int _POWER, _BAD, _ELLIPSIS, _NEWLINE, _SPACE, _TAB, _BACKSLASH, _HASH, _QUOTE, _DOUBLE_QUOTE, _OPEN, _CLOSE
cdef int _OPEN_SQUARE, _CLOSE_SQUARE, _OPEN_BRACE, _CLOSE_BRACE, _COMMA, _COLON, _SEMICOLON, _EQUAL, _DOT, _STAR, _SLASH, _PLUS
cdef int _MINUS, _TILDE, _AT, _BANG, _LESS, _GREATER, _ZERO, _ONE, _UNDERSCORE, _LOWER_B, _LOWER_E, _LOWER_F
cdef int _LOWER_J, _LOWER_O, _LOWER_R, _LOWER_U, _LOWER_X, _UPPER_N, _UPPER_U, _BEYOND_ASCII, _FALSE, _NONE, _TRUE, _AND
cdef int _AS, _ASSERT, _ASYNC, _AWAIT, _BREAK, _CLASS, _CONTINUE, _DEF, _DEL, _ELIF, _ELSE, _EXCEPT
cdef int _FINALLY, _FOR, _FROM, _GLOBAL, _IF, _IMPORT, _IN, _IS, _LAMBDA, _NONLOCAL, _NOT, _OR
cdef int _PASS, _RAISE, _RETURN, _TRY, _WHILE, _WITH, _YIELD, _NO_TARGET, _PLAIN_NAME, _PLACE, _TARGETS, _IN_PARENTHESES
cdef int _STARRED, _LETTER, _DIGIT, _HEXADECIMAL, _SIMPLE_OPERATOR

@cython.final
cdef class SyntaxScanner:
    cdef bytes content
    cdef const unsigned char* data
    cdef const unsigned char* classes
    cdef const unsigned char* keywords
    cdef const unsigned char* starts
    cdef const unsigned char* numbers
    cdef Py_ssize_t size, pos, line, start, last_end, indentation
    cdef int kind, depth, level, blocks, field_depth, outer_quotes
    cdef bint string_is_bytes
    cdef public bint names_loader
    cdef list names
    cdef public list imports, starts_of_statements

    cdef inline int _at(self, Py_ssize_t pos) noexcept
    cdef inline int _class_at(self, Py_ssize_t pos) noexcept
    cdef inline void _fail(self) noexcept
    @cython.locals(character=cython.int, pos=cython.Py_ssize_t, start=cython.Py_ssize_t)
    cdef void _begin_line(self) noexcept
    cdef Py_ssize_t _after_comment(self, Py_ssize_t pos) noexcept
    @cython.locals(character=cython.int, of_class=cython.int, pos=cython.Py_ssize_t)
    cdef void _next(self) noexcept
    @cython.locals(character=cython.int, start=cython.Py_ssize_t)
    cdef void _read_name(self, Py_ssize_t pos) noexcept
    @cython.locals(first=cython.int, place=cython.Py_ssize_t, same=cython.Py_ssize_t)
    cdef int _keyword(self, Py_ssize_t start, Py_ssize_t length) noexcept
    @cython.locals(offset=cython.int)
    cdef bint _is(self, Py_ssize_t start, Py_ssize_t length, const unsigned char* word, Py_ssize_t word_length) noexcept
    @cython.locals(base=cython.int, is_float=cython.bint, place=cython.Py_ssize_t, start=cython.Py_ssize_t)
    cdef void _read_number(self, Py_ssize_t pos) noexcept
    @cython.locals(character=cython.int, is_digit=cython.bint, start=cython.Py_ssize_t)
    cdef Py_ssize_t _after_digits(self, Py_ssize_t pos, int base) noexcept
    @cython.locals(following=cython.int, length=cython.int)
    cdef void _read_operator(self, Py_ssize_t pos, int character) noexcept
    @cython.locals(length=cython.int)
    cdef Py_ssize_t _read_arithmetic(self, Py_ssize_t pos, int character, int following) noexcept
    @cython.locals(character=cython.int, is_bytes=cython.bint, is_formatted=cython.bint, is_raw=cython.bint, letter=cython.int, mark=cython.int, outer=cython.int, place=cython.Py_ssize_t, quote=cython.int, quotes=cython.int)
    cdef void _read_string(self, Py_ssize_t start, Py_ssize_t pos) noexcept
    @cython.locals(digits=cython.int, escaped=cython.int, place=cython.Py_ssize_t)
    cdef Py_ssize_t _after_escape(self, Py_ssize_t pos, bint is_raw, bint is_bytes, bint is_formatted) noexcept
    @cython.locals(conversion=cython.int, depth=cython.int, field_depth=cython.int, line=cython.Py_ssize_t, outer=cython.int)
    cdef Py_ssize_t _after_field(self, Py_ssize_t pos, int mark, int quotes, bint is_nested) noexcept
    @cython.locals(character=cython.int, pos=cython.Py_ssize_t)
    cdef void _skip_format(self, int mark, int quotes, bint is_nested) noexcept
    cdef inline void _expect(self, int kind) noexcept
    @cython.locals(all_targets=cython.bint, is_tuple=cython.bint, target=cython.int)
    cdef int _expressions(self) noexcept
    @cython.locals(kind=cython.int)
    cdef bint _ends_expressions(self) noexcept
    @cython.locals(target=cython.int)
    cdef int _starred_or_expression(self, bint named) noexcept
    @cython.locals(target=cython.int)
    cdef int _named_expression(self) noexcept
    @cython.locals(is_composite=cython.bint, target=cython.int)
    cdef int _expression(self) noexcept
    @cython.locals(is_composite=cython.bint, target=cython.int)
    cdef int _disjunction(self) noexcept
    @cython.locals(is_composite=cython.bint, kind=cython.int, target=cython.int)
    cdef int _operands(self, bint comparisons) noexcept
    @cython.locals(target=cython.int)
    cdef int _primary(self) noexcept
    @cython.locals(is_bytes=cython.bint, kind=cython.int)
    cdef int _atom(self) noexcept
    @cython.locals(first=cython.int, is_starred=cython.bint)
    cdef int _group(self) noexcept
    @cython.locals(first=cython.int, is_starred=cython.bint)
    cdef int _list(self) noexcept
    @cython.locals(all_targets=cython.bint)
    cdef int _rest_of_elements(self, int closing, int first) noexcept
    @cython.locals(is_dictionary=cython.bint, is_starred=cython.bint)
    cdef void _set_or_dictionary(self) noexcept
    cdef void _element(self, bint is_dictionary) noexcept
    cdef void _comprehension(self) noexcept
    @cython.locals(is_starred=cython.bint, is_tuple=cython.bint)
    cdef void _targets(self) noexcept
    @cython.locals(after_keyword=cython.bint, after_unpacking=cython.bint, is_first=cython.bint, target=cython.int)
    cdef void _arguments(self, bint generator) noexcept
    cdef void _subscript(self) noexcept
    @cython.locals(after_default=cython.bint, after_slash=cython.bint, after_star=cython.bint, is_annotated=cython.bint, is_first=cython.bint)
    cdef void _parameters(self, int closing) noexcept
    cdef void _parameter(self, bint is_annotated) noexcept
    cdef void _yield(self) noexcept
    cdef void _statements(self, int indentation) noexcept
    cdef void _block(self, int indentation) noexcept
    @cython.locals(kind=cython.int)
    cdef void _statement(self, int indentation) noexcept
    cdef bint _continues(self, int kind, int indentation) noexcept
    cdef void _else(self, int indentation) noexcept
    cdef void _if(self, int indentation) noexcept
    cdef void _function(self, int indentation) noexcept
    cdef void _class(self, int indentation) noexcept
    cdef void _decorated(self, int indentation) noexcept
    cdef void _for(self, int indentation) noexcept
    @cython.locals(depth=cython.int, is_in_parentheses=cython.bint, level=cython.int, line=cython.Py_ssize_t, pos=cython.Py_ssize_t, start=cython.Py_ssize_t)
    cdef void _with(self, int indentation) noexcept
    cdef void _with_items(self) noexcept
    @cython.locals(has_handlers=cython.bint, is_bare=cython.bint)
    cdef void _try(self, int indentation) noexcept
    cdef void _simple_statements(self) noexcept
    @cython.locals(kind=cython.int)
    cdef void _simple_statement(self) noexcept
    cdef void _delete(self) noexcept
    @cython.locals(target=cython.int)
    cdef void _assignment(self) noexcept
    cdef int _value(self) noexcept
    @cython.locals(dots=cython.int, has_module=cython.bint, is_in_parentheses=cython.bint, line=cython.Py_ssize_t, module_end=cython.Py_ssize_t, module_start=cython.Py_ssize_t, start=cython.Py_ssize_t)
    cdef void _import(self) noexcept
    @cython.locals(start=cython.Py_ssize_t)
    cdef void _imported_names(self, bint is_dotted, bint is_in_parentheses) noexcept
    cdef void _dotted_name(self) noexcept
    @cython.locals(place=cython.Py_ssize_t)
    cdef str _text(self, Py_ssize_t start, Py_ssize_t end)
