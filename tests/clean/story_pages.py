# ruff: noqa: E501 (markup, as sites write it)
"""Pages of made sites that hold a story, in shapes that a listing has too."""

from collections.abc import Callable

from tests.benchmarks import newsroom
from tests.clean.made_site import Site, piece


def short_story(site: Site) -> str:
    return f'<article><h1>{site.title()}</h1><div class="content"><p>{site.sentences(3)}</p></div></article>'


def short_story_above_a_list(site: Site) -> str:
    related = "".join(
        f'<div class="item"><h3><a href="{item.href}">{item.title}</a></h3>{piece(item.stamp)}</div>'
        for item in site.items(20)
    )
    told = "".join(f"<p>{site.sentences(1)}</p>" for _ in range(3))
    return (
        f'<div class="read"><h1>{site.title()}</h1><div class="content">{told}</div>'
        f'<div class="related"><h4>{site["related"]}</h4>{related}</div></div>'
    )


def story_above_teasers(site: Site) -> str:
    told = "".join(f"<p>{site.sentences(2)}</p>" for _ in range(5))
    more = "".join(
        f'<div class="post"><h2><a href="{item.href}">{item.title}</a></h2>{piece(item.teaser)}</div>'
        for item in site.items(12)
    )
    return f'<div class="single"><h1>{site.title()}</h1>{told}</div><div class="more"><h3>{site["related"]}</h3>{more}</div>'


def photo_story(site: Site) -> str:
    figures = "".join(
        f'<figure><a href="/foto/{number}"><img src="{number}.jpg"></a><figcaption>{site["photo"]}: '
        f"{site.sentences(1)}</figcaption></figure><p>{site.sentences(1)}</p>"
        for number in range(8)
    )
    return f"<article><h1>{site.title()}</h1><p>{site.sentences(2)}</p>{figures}</article>"


def gallery(site: Site) -> str:
    slides = "".join(
        f'<div class="slide"><img src="{number}.jpg"><p class="caption">{site.sentences(2)}</p></div>'
        for number in range(9)
    )
    return f'<div class="gallery"><h1>{site.title()}</h1><p>{site.sentences(1)}</p>{slides}</div>'


def live_blog(site: Site) -> str:
    entries = "".join(
        f'<div class="entry"><a class="time" href="#p{hour}">{hour}.05 WIB</a><h3><a href="#p{hour}">{site.title()}</a></h3>'
        f"<p>{site.sentences(2)}</p></div>"
        for hour in range(8, 20)
    )
    return f'<div class="live"><h1>{site.title()}</h1><p>{site.sentences(2)}</p>{entries}</div>'


def interview(site: Site) -> str:
    told = "".join(f"<p><strong>{site.title()}?</strong></p><p>{site.sentences(3)}</p>" for _ in range(8))
    return f"<article><h1>{site.title()}</h1><p>{site.sentences(2)}</p>{told}</article>"


def listicle(site: Site) -> str:
    told = "".join(
        f'<h2>{number}. <a href="{site.href()}">{site.title()}</a></h2><p>{site.sentences(2)}</p><p>{site.sentences(1)}</p>'
        for number in range(1, 11)
    )
    return f'<div class="post-body"><h1>10 {site.title()}</h1><p>{site.sentences(2)}</p>{told}<p>{site.sentences(1)}</p></div>'


def many_links(site: Site) -> str:
    told = ""
    for _ in range(7):
        first, second = site.sentences(2).split(". ", 1)
        words = first.split(" ")
        told += f'<p>{" ".join(words[:3])} <a href="{site.href()}">{" ".join(words[3:7])}</a> {" ".join(words[7:])}. {second}</p>'
        told += f'<p><strong>{site["also"]}: <a href="{site.href()}">{site.title()}</a></strong></p>'
    return f'<div class="detail"><h1>{site.title()}</h1>{told}</div>'


def recap(site: Site) -> str:
    told = "".join(
        f'<h3><a href="{site.href()}">{number}. {site.title()}</a></h3><p>{site.sentences(2)}</p><p>{site.sentences(2)}</p>'
        f'<p><a href="{site.href()}">{site["more"]}</a></p>'
        for number in range(1, 6)
    )
    return f"<article><h1>5 {site.title()}</h1><p>{site.sentences(2)}</p>{told}</article>"


def recap_of_boxes(site: Site) -> str:
    """As the one above, of short boxes, each as an item of a list; only its own words and its head tell it apart."""
    told = "".join(
        f'<div class="box"><h3><a href="{site.href()}">{site.title()}</a></h3><p>{site.sentences(2)}</p></div>'
        for _ in range(7)
    )
    return (
        f'<div class="post"><h1>7 {site.title()}</h1><p>{site.sentences(3)}</p>{told}<p>{site.sentences(1)}</p></div>'
    )


def price_table(site: Site) -> str:
    rows = "".join(
        f'<tr><td><a href="{site.href()}">{site.title()}</a></td><td>Rp {n}.500</td></tr>' for n in range(20)
    )
    return f"<article><h1>{site.title()}</h1><p>{site.sentences(3)}</p><table>{rows}</table><p>{site.sentences(2)}</p></article>"


STORIES: dict[str, Callable[[Site], str]] = {
    shape.__name__: shape
    for shape in (
        short_story, short_story_above_a_list, story_above_teasers, photo_story, gallery, live_blog, interview,
        listicle, many_links, recap, recap_of_boxes, price_table,
    )
}  # fmt: skip


# Written when the rule was fixed.


def brief_with_tags(site: Site) -> str:
    tags = "".join(f'<a href="/tag/{one.lower()}">{one}</a> ' for one in newsroom.SECTIONS[:6])
    more = "".join(f'<div><a href="{item.href}">{item.title}</a><p>{item.teaser}</p></div>' for item in site.items(8))
    return (
        f'<div class="konten"><h1>{site.title()}</h1><span>Senin, 3 Feb 2025</span><p>{site.sentences(2)}</p>'
        f'<p>{site.sentences(2)}</p><div class="tags">{tags}</div></div><div class="lain">{more}</div>'
    )


def answers(site: Site) -> str:
    told = "".join(
        f'<details><summary><a href="/tanya/{number}">{site.title()}?</a></summary><div><p>{site.sentences(3)}</p></div>'
        f"</details>"
        for number in range(8)
    )
    return f"<main><h1>{site.title()}</h1><p>{site.sentences(2)}</p>{told}</main>"


def links_without_words(site: Site) -> str:
    """Headlines of other stories between the paragraphs, with no word that says so."""
    told = ""
    for number in range(9):
        told += f"<p>{site.sentences(2)}</p>"
        if number % 2:
            told += f'<p><a href="{site.href()}">{site.title()}</a></p>'
    return f'<div class="txt"><h1>{site.title()}</h1>{told}</div>'


def roundup(site: Site) -> str:
    """One's reading of the week: each a link with what one thinks of it."""
    told = "".join(
        f'<p><a href="https://{site.random.choice(newsroom.FIRST).lower()}.example{site.href()}">{site.title()}</a>. '
        f"{site.sentences(3)}</p>"
        for _ in range(7)
    )
    return f'<div class="entry"><h2>{site.title()}</h2><p>{site.sentences(2)}</p>{told}</div>'


def schedule(site: Site) -> str:
    rows = "".join(f"<li>{hour}.30 WIB: {site.title()}</li>" for hour in range(7, 19))
    return (
        f"<article><h1>{site.title()}</h1><p>{site.sentences(2)}</p><ul>{rows}</ul><p>{site.sentences(2)}</p></article>"
    )


STORIES_HELD_BACK: dict[str, Callable[[Site], str]] = {
    shape.__name__: shape for shape in (brief_with_tags, answers, links_without_words, roundup, schedule)
}
