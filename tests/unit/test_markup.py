import json
from pathlib import Path

import pytest

from history.markup import Mentioned, needs_rendering, plain, render

ADA, ADA_LOVELACE = Mentioned("u_01", "Ada"), Mentioned("u_02", "Ada Lovelace")
AWKWARD = json.loads((Path(__file__).parents[1] / "data/awkward.json").read_text("utf-8"))
LINK = 'target="_blank" dir="ltr" rel="noopener noreferrer nofollow"'
LABELLED = 'target="_blank" dir="auto" rel="noopener noreferrer nofollow"'

RENDERED = {
    "**b** *i* _i_ ~~s~~ `c`": "<p><strong>b</strong> <em>i</em> <em>i</em> <s>s</s> <code>c</code></p>",
    "**a *b* c**": "<p><strong>a <em>b</em> c</strong></p>",
    "这是**重点。**内容": "<p>这是<strong>重点。</strong>内容</p>",
    "one\ntwo **b**": "<p>one<br>two <strong>b</strong></p>",
    "one\n\ntwo *b*": "<p>one</p><p>two <em>b</em></p>",
    # A quote and a list end where their lines do.
    "> asked\nanswer": "<blockquote><p>asked</p></blockquote><p>answer</p>",
    "> a\n> > b": "<blockquote><p>a</p><blockquote><p>b</p></blockquote></blockquote>",
    "- milk\n- eggs\nThanks": "<ul><li>milk</li><li>eggs</li></ul><p>Thanks</p>",
    "- a\n  - b": "<ul><li>a<ul><li>b</li></ul></li></ul>",
    # Nobody's numbers are changed.
    "1. a\n1. b\n5. c": '<ol><li value="1">a</li><li value="1">b</li><li value="5">c</li></ol>',
    "3. third": '<ol><li value="3">third</li></ol>',
    "```py\nx = 1\n\n  y < 2\n```": '<pre dir="ltr"><code class="language-py">x = 1\n\n  y &lt; 2</code></pre>',
    "```\n*a*\n```\nb": '<pre dir="ltr"><code>*a*</code></pre><p>b</p>',
    "```select 1\nfrom x```": '<pre dir="ltr"><code>select 1\nfrom x</code></pre>',
    "`a\\*b` ``c`d``": "<p><code>a\\*b</code> <code>c`d</code></p>",
    ":tada: :+1: 1:100:2 :nope:": "<p>🎉 👍 1:100:2 :nope:</p>",
    "\\:tada: \\*no\\* `:tada:`": "<p>:tada: *no* <code>:tada:</code></p>",
    "[docs](https://a.org/x_y_z)": f'<p><a href="https://a.org/x_y_z" title="https://a.org/x_y_z" {LABELLED}>docs</a></p>',
    "[mail](mailto:a@b.org)": f'<p><a href="mailto:a@b.org" title="mailto:a@b.org" {LABELLED}>mail</a></p>',
    "**www.a.org/b_c_d**": f'<p><strong><a href="https://www.a.org/b_c_d" {LINK}>www.a.org/b_c_d</a></strong></p>',
    "*a* (https://a.org/b_(c))!": f'<p><em>a</em> (<a href="https://a.org/b_(c)" {LINK}>https://a.org/b_(c)</a>)!</p>',
    "<b>x</b> & *y*": "<p>&lt;b&gt;x&lt;/b&gt; &amp; <em>y</em></p>",
}

AS_TYPED = [
    *("hello", "one\ntwo", "https:// and www.", "snake_case_words __", "a@b.org"),
    *("2 * 3 * 4", "2*3*4", "5* or 3* food", "f**k this, f**k that", "*.py and *.js", "f(*a, **k)"),
    *("^_^ hi ^_^", "-_- and -_-", "*_* wow *_*", "*-* x *-*", ">_<", "¯\\_(ツ)_/¯", ":) :( ;-)"),
    *("# not a title", "Title\n===", "---", "| a | b |\n|---|---|\n| c | d |", "    indented"),
    *("1986. What a year", "1) no", "2.", "-", "-5 degrees", "+1", ">quote?", "> ", "*"),
    *(
        "<script>alert(1)</script>",
        "&lt; &amp;",
        "``` not closed\nx",
    ),
    *("[x](javascript:alert(1))", "[x](data:text/html,x)", "[x](/relative)", "[x]: /a"),
    *("C:\\new\\*.txt C:\\*", "\\(x\\)", "\\[x\\]", "10:30:45", "~one~", "a ~~ b ~~ c"),
]


@pytest.mark.parametrize("body", RENDERED)
def test_is_rendered(body: str) -> None:
    assert needs_rendering(body)
    assert render(body) == RENDERED[body]


@pytest.mark.parametrize("body", AS_TYPED)
def test_stays_as_it_was_typed(body: str) -> None:
    assert render(body) == ""


def test_mentioned_members_are_marked() -> None:
    def mention(user: str, text: str) -> str:
        return f'<span class="mention" data-user="{user}" dir="auto">{text}</span>'

    html = render("**@Ada Lovelace**, @ada: @adam me@ada `@Ada`", mentions=[ADA, ADA_LOVELACE])
    assert html == (
        f"<p><strong>{mention('u_02', '@Ada Lovelace')}</strong>, {mention('u_01', '@ada')}: "
        "@adam me@ada <code>@Ada</code></p>"
    )
    assert mention("u_03", "@山田") in render("你好@山田さん", mentions=[Mentioned("u_03", "山田")])


@pytest.mark.parametrize(
    "label",
    [
        *(
            "https://bank.org",
            "bank.org",
            "www.bank",
            "Bank.Org",
            "see bank.org/now",
            "bank.org:443",
        ),
        # What looks like a dot, or like the letters; what draws nothing; what marks would hide.
        *(
            "bank․org",
            "bank。org",
            "bank．org",
            "bank｡org",
            "банк.орг",
            "bank.оrg",
            "ｂａｎｋ．ｏｒｇ",
        ),
        *(
            "bank.\u00adorg",
            "bank\u200b.org",
            "ba\u2060nk.o\u034frg",
            "\u202egro.knab",
            "bank.\u200aorg",
        ),
        *("bank**.**org", "bank\\.org", "*bank*.org", "bank`.`org", "bank.ｏrg", "𝐛𝐚𝐧𝐤.𝐨𝐫𝐠"),
        *("evil.org.bank.org", "evil.org@bank.org", "evil.org, bank.org", "evil.org:80@bank.org"),
        *(
            "bank%2Eorg",
            "bank%2eorg/login",
            "https://%62ank.org",
            "bank\u0338.org",
            "192.0.2.7/admin",
        ),
    ],
)
def test_a_label_that_pretends_to_be_another_address_is_no_link(label: str) -> None:
    assert " title=" not in render(f"*x* [{label}](https://evil.org)")
    assert f">{label}<" not in render(f"*x* [{label}](https://evil.org)")


@pytest.mark.parametrize(
    "label",
    [
        "bank.org",
        "https://bank.org/a",
        "BANK.ORG.",
        "www.bank.org",
        "这里。谢谢",
        "2.10",
        "v1.2.3",
        "Dr. Who",
        "“bank.org”",
        "https://bank.org/a%20b.pdf",
        "50 % off",
    ],
)
def test_a_label_may_say_where_it_leads(label: str) -> None:
    assert f">{label}</a>" in render(f"[{label}](https://bank.org/b)")


def test_an_address_that_looks_like_its_label_is_another_one() -> None:
    assert " title=" not in render("[apple.org](https://аpple.org)")
    assert ">a@b.org</a>" in render("[a@b.org](mailto:a@b.org)")


def test_a_text_too_dear_to_render_keeps_its_links_and_mentions() -> None:
    dear = "*a " * 1200
    link = f'<a href="https://a.org" {LINK}>https://a.org</a>'
    spoken = '<span class="mention" data-user="u_01" dir="auto">@Ada</span>'
    html = render(f"{dear}\nhttps://a.org\n@Ada https://b.org/@Ada", mentions=[ADA])
    assert html.startswith(f"<p>{dear}<br>{link}<br>{spoken} <a")
    assert html.count("data-user") == 1
    assert render(f"{dear} <b>") == ""


def test_an_address_with_a_user_name_is_no_link() -> None:
    assert "<a" not in render("*x* https://bank.org@evil.org [y](https://bank.org@evil.org)")


def test_a_text_can_be_read_without_its_marks() -> None:
    body = "**bold** & `a < b`\n> a quote\n\n- one\n- [two](https://example.com/?a=1&b=2)"
    lines = plain(body, render(body)).split("\n")
    assert [line for line in lines if line] == ["bold & a < b", "a quote", "one", "two"]
    assert plain("<b> **", "") == "<b> **"


@pytest.mark.parametrize("name", AWKWARD["names"])
def test_any_name_can_be_spoken_to(name: str) -> None:
    html = render(f"hello @{name} there", mentions=[Mentioned("u_01", name)])
    assert ' data-user="u_01"' in html
    assert plain("", html) == f"hello @{name} there"
    assert render("hello there", mentions=[Mentioned("u_01", name)]) == ""
