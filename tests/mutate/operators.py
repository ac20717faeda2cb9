# SPDX-License-Identifier: MIT
"""The mutants of a C source: small changes that somebody could make by mistake.

Each operator looks at the tokens of a file and yields Mutant rows. What does not compile, or compiles to the same
object, is sorted out by mutate.py. Sentences that people read, and the references of rules, are left alone: their wording
is held by whole documents, not by what a test means.
"""

import hashlib
import re
from dataclasses import dataclass

OPERATORS = {
    "row": "a row of a table, or an element of a list of rules, is dropped",
    "enum": "a constant becomes its neighbour in the same enum; a weight becomes the next weaker one",
    "string": "a word that is compared or told has another letter",
    "number": "a number is one more",
    "compare": "< becomes <=, == becomes !=, and so on",
    "logic": "&& becomes ||, and the reverse",
    "negate": "a condition is negated",
    "arithmetic": "+ becomes -, and the reverse",
    "call": "a call for its effect, or one whose result is an error, is left out",
    "return": "an error is not told, or true becomes false",
    "assign": "a field is not set",
    "loop": "continue becomes break, and the reverse",
}

TOKEN = re.compile(
    r"""(?P<space>\s+|\\\n)|(?P<comment>/\*.*?\*/|//[^\n]*)|(?P<string>"(?:[^"\\\n]|\\.)*")|(?P<char>'(?:[^'\\\n]|\\.)+')"""
    r"""|(?P<number>\.?\d(?:[eEpP][+-]|[\w.])*)|(?P<word>[A-Za-z_]\w*)"""
    r"""|(?P<op>\.\.\.|<<=|>>=|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|.)""", re.S | re.X)
DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n\\]|\\\n|\\.)*", re.M)
COMPARE = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="}
NOT_CALLS = {"if", "while", "for", "switch", "return", "sizeof", "do", "else", "case", "static_assert", "_Static_assert"}
WEIGHTS = {"VW_DECISIVE": "VW_STRONG", "VW_STRONG": "VW_WEAK", "VW_WEAK": "VW_STRONG"}
WORDS_OF_A_SENTENCE = 4


@dataclass
class Mutant:
    id: str
    file: str
    line: int
    operator: str
    what: str
    start: int
    end: int
    new: str
    equivalent: str = ""


@dataclass
class Token:
    kind: str
    text: str
    start: int
    end: int


def tokenize(text, begin, end):
    tokens = []
    while begin < end:
        found = TOKEN.match(text, begin, end)
        if found.lastgroup not in ("space", "comment"):
            tokens.append(Token(found.lastgroup, found[0], found.start(), found.end()))
        begin = found.end()
    return tokens


def enums(texts):
    """{constant: the next one of its enum}, from headers and sources; a weight's next is the weaker one."""
    next_of = {}
    for text in texts:
        for body in re.findall(r"\benum\b[^;{}()]*\{([^{}]*)\}", re.sub(r"/\*.*?\*/|//[^\n]*", "", text, flags=re.S)):
            names = [name for part in body.split(",") if (name := re.match(r"\s*([A-Z][A-Z0-9_]*)\b", part))]
            names = [name[1] for name in names]
            if len(names) > 1 and not re.search(r"_MAX\b|_LIMIT\b|_SIZE\b", body):
                next_of.update(zip(names, names[1:] + names[:1]))
    return {**next_of, **WEIGHTS}


class Source:
    """One file: its tokens, and where each bracket closes."""

    def __init__(self, name, text, next_of):
        self.name, self.text, self.next_of = name, text, next_of
        self.tokens = []
        position = 0
        for directive in DIRECTIVE.finditer(text):
            if "/*" in text[position:directive.start()].rsplit("*/", 1)[-1]:
                continue  # within a comment
            self.tokens += tokenize(text, position, directive.start())
            self.tokens += self.tokens_of_directive(directive)
            position = directive.end()
        self.tokens += tokenize(text, position, len(text))
        self.partner = self.match_brackets()
        self.inside = self.places()

    def tokens_of_directive(self, directive):
        define = re.match(r"[ \t]*#\s*define\s+\w+(\([^)]*\))?", directive[0])
        if not define or directive[0][define.end():].strip(" \t\\\n") == "":
            return []
        # The marks keep a statement before the directive from running into it.
        mark = Token("op", ";", directive.start(), directive.start())
        return [mark, *tokenize(self.text, directive.start() + define.end(), directive.end()),
                Token("op", ";", directive.end(), directive.end())]

    def match_brackets(self):
        partner, stack = {}, []
        for i, token in enumerate(self.tokens):
            if token.kind != "op":
                continue
            if token.text in "([{":
                stack.append(i)
            elif token.text in ")]}" and stack:
                opened = stack.pop()
                partner[opened], partner[i] = i, opened
        return partner

    def places(self):
        """For each token: "code" within a function, "table" elsewhere."""
        inside, until = [], -1
        for i, token in enumerate(self.tokens):
            if i > until and token.text == "{" and i and self.tokens[i - 1].text == ")" and i in self.partner:
                if not (i > 1 and self.is_compound_literal(i)):
                    until = self.partner[i]
            inside.append("code" if i <= until else "table")
        return inside

    def is_compound_literal(self, brace):
        opened = self.partner.get(brace - 1)
        before = self.tokens[opened - 1].text if opened else ""
        return before in ("=", "(", ",", "return", "?", ":", "{")

    def at(self, i):
        return self.tokens[i].text if 0 <= i < len(self.tokens) else ""

    def make(self, operator, first, last, new, what):
        start, end = self.tokens[first].start, self.tokens[last].end
        line = self.text.count("\n", 0, start) + 1
        old = self.text[start:end]
        context = self.text[max(0, start - 60):end + 60]
        digest = hashlib.sha1(f"{self.name}\0{operator}\0{context}\0{old}\0{new}\0{what}".encode()).hexdigest()[:10]
        kept = "\n" * (old.count("\n") - new.count("\n"))  # what follows stays on its line
        return Mutant(digest, self.name, line, operator, what, start, end, new + kept)

    def swap(self, operator, i, new):
        return self.make(operator, i, i, new, f"{self.tokens[i].text} -> {new}")

    def begins_statement(self, i):
        before = self.at(i - 1)
        if before in (";", "{", "}", "else", "do"):
            return True
        if before == ":" and self.inside[i] == "code":
            return self.at(i - 2) == "default" or self.at(i - 3) == "case"
        opened = self.partner.get(i - 1) if before == ")" else None
        return opened is not None and self.at(opened - 1) in ("if", "while", "for")

    def mutants(self):
        for i, token in enumerate(self.tokens):
            yield from getattr(self, f"of_{token.kind}", lambda i: ())(i)
            if token.kind in ("word", "op") and self.inside[i] == "code" and self.begins_statement(i):
                yield from self.of_statement(i)

    # what single tokens give

    def of_op(self, i):
        text = self.at(i)
        if self.inside[i] == "code" and text in COMPARE:
            yield self.swap("compare", i, COMPARE[text])
        elif text in ("&&", "||"):
            yield self.swap("logic", i, "||" if text == "&&" else "&&")
        elif text in ("+", "-", "+=", "-=") and self.inside[i] == "code" and self.tokens[i - 1].text not in "(,=[{?:<>":
            if self.at(i - 1) not in ("return", "==", "!=", "&&", "||", "<=", ">="):
                yield self.swap("arithmetic", i, text.translate(str.maketrans("+-", "-+")))
        elif text == "!" and self.inside[i] == "code":
            yield self.make("negate", i, i, "", f"!{self.at(i + 1)} -> {self.at(i + 1)}")
        elif text == "{" and self.inside[i] == "table" and i in self.partner:
            yield from self.elements(i, self.partner[i])
        elif text == "(" and i in self.partner and self.inside[i] == "table":
            if re.fullmatch(r"VW_(ANY|ALL|NONE|UNLESS|RULES)|IDS", self.at(i - 1)):
                yield from self.elements(i, self.partner[i])

    def elements(self, opened, closed):
        """Each element of a list of rows or rules, with the comma behind or before it, is dropped."""
        begin, parts = opened + 1, []
        i = begin
        while i <= closed:
            if i in self.partner and self.at(i) in "([{" and i != closed:
                i = self.partner[i] + 1
                continue
            if self.at(i) == "," or i == closed:
                if i > begin:
                    parts.append((begin, i - 1))
                begin = i + 1
            i += 1
        if len(parts) < 2:
            return
        for number, (first, last) in enumerate(parts):
            shown = " ".join(self.text[self.tokens[first].start:self.tokens[last].end].split())
            if re.fullmatch(r"\.(name|title)\b.*|[\d.]+|VW_DECISIVE|VW_STRONG|VW_WEAK|NULL|__VA_ARGS__", shown, re.S):
                continue
            if number + 1 < len(parts):
                yield self.make("row", first, last + 1, "", f"without {shown[:90]}")
            else:
                yield self.make("row", first - 1, last, "", f"without {shown[:90]}")

    def of_word(self, i):
        text = self.at(i)
        if text in self.next_of and self.at(i - 1) != "case":
            yield self.swap("enum", i, self.next_of[text])
        elif text in ("continue", "break") and self.inside[i] == "code" and self.at(i + 1) == ";":
            yield self.swap("loop", i, "break" if text == "continue" else "continue")

    def of_string(self, i):
        text = self.at(i)
        inner = text[1:-1]
        if self.at(i - 1) in ("include", "asm") or "%" in inner or "\\" in inner:
            return
        if len(inner.split()) >= WORDS_OF_A_SENTENCE or not re.search(r"[A-Za-z0-9]", inner):
            return
        # The last word of a rule is its reference.
        if self.at(i - 2) in ("VW_DECISIVE", "VW_STRONG", "VW_WEAK", "0") and self.at(i - 1) == "," and self.at(i + 1) == ")":
            return
        if self.at(i - 3) + self.at(i - 2) in (".name", ".reference", ".title"):
            return
        if self.tokens[i - 1].kind in ("string", "word") or self.tokens[i + 1].kind in ("string", "word"):
            return  # parts of a longer text
        place = re.search(r"[A-Za-z0-9](?=[^A-Za-z0-9]*$)", inner).start()
        other = "7" if inner[place].isdigit() and inner[place] != "7" else "q" if inner[place] != "q" else "x"
        yield self.swap("string", i, f'"{inner[:place]}{other}{inner[place + 1:]}"')

    def of_number(self, i):
        found = re.fullmatch(r"(0[xX][0-9a-fA-F]+|0[0-7]+|\d+)([uUlL]*)", self.at(i))
        if not found or (self.at(i - 1) == "[" and self.at(i + 1) == "]" and self.inside[i] == "table"):
            return
        if self.at(i - 1) == "," and self.at(i + 1) == "," and self.at(i + 2) == "NULL":
            return  # the weight of a guard, which nobody reads
        if self.at(i - 1) == "return" or (self.at(i - 1) == "{" and self.at(i + 1) == "}"):
            return  # callers ask whether it is negative; {0} empties a struct
        base, form = (16, "0x{:x}") if found[1][:2] in ("0x", "0X") else (8, "0{:o}") if found[1][0] == "0" != found[1] else (10, "{}")
        new = form.format(int(found[1], base) + 1)
        yield self.swap("number", i, new + found[2])

    # what statements give

    def of_statement(self, i):
        text = self.at(i)
        if text in ("if", "while") and self.at(i + 1) == "(":
            closed = self.partner[i + 1]
            inner = self.text[self.tokens[i + 1].end:self.tokens[closed].start]
            yield self.make("negate", i + 1, closed, f"(!({inner}))", f"{text} (!({' '.join(inner.split())[:80]}))")
        elif text == "return":
            yield from self.of_return(i)
        elif self.tokens[i].kind == "word" and text not in NOT_CALLS:
            yield from self.of_call(i)
            yield from self.of_assignment(i)
        elif text == "*":
            yield from self.of_assignment(i)

    def of_return(self, i):
        value = self.at(i + 1)
        if self.at(i + 2) == ";" and value in ("true", "false"):
            yield self.make("return", i + 1, i + 1, "false" if value == "true" else "true", f"return {value} -> other")
        elif self.at(i + 2) == ";" and value == "r":
            yield self.make("return", i + 1, i + 1, "0", "return r -> return 0")
        elif value == "-" and re.fullmatch(r"E[A-Z0-9]+|errno", self.at(i + 2)) and self.at(i + 3) == ";":
            yield self.make("return", i + 1, i + 2, "0", f"return -{self.at(i + 2)} -> return 0")

    def of_call(self, i):
        if self.at(i + 1) == "(":
            closed = self.partner[i + 1]
            # What is not freed is for the leak sanitizer to see.
            if self.at(closed + 1) == ";" and not re.search(r"(^|_)free(p|_all)?$", self.at(i)):
                yield self.make("call", i, closed, "(void)0", f"without {self.at(i)}()")
        elif self.at(i + 1) == "=" and self.at(i) == "r" and self.at(i + 3) == "(":
            closed = self.partner[i + 3]
            if self.at(closed + 1) == ";":
                yield self.make("call", i + 2, closed, "0", f"r = 0 without {self.at(i + 2)}()")

    def of_assignment(self, i):
        j, through = i, self.at(i) == "*"
        while self.at(j) not in (";", "=", "{", "}", ""):
            if self.at(j) in ("->", ".", "["):
                through = True
            if self.tokens[j].kind not in ("word", "number") and self.at(j) not in ("->", ".", "[", "]", "*", "+", "-"):
                return
            if j > i and self.tokens[j].kind == "word" and self.tokens[j - 1].kind == "word":
                return  # a declaration
            j += 1
        if self.at(j) != "=" or not through or (self.at(i) != "*" and self.at(i + 1) == "*"):
            return
        end = j
        while self.at(end) != ";":
            end = self.partner.get(end, end) if self.at(end) in ("(", "{", "[") else end
            end += 1
            if end >= len(self.tokens):
                return
        left = self.text[self.tokens[i].start:self.tokens[j - 1].end]
        yield self.make("assign", i, end - 1, "(void)0", f"{' '.join(left.split())} is not set")


def mutants_of(name, text, next_of):
    seen = set()
    for mutant in Source(name, text, next_of).mutants():
        if mutant.id not in seen:
            seen.add(mutant.id)
            yield mutant
