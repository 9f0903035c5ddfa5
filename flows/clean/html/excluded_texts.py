"""Texts of blocks that say what stands there or below: comments, consent, other stories, another story's byline."""

import re
from typing import Final

COMMENTS_HEADING: Final = re.compile(
    r"(?:\(?\d[\d.,]{0,9}\)? )?(?:user |reader |readers.? |all |join the |apa )?"
    r"(?:comments?|komentar(?: pembaca| anda)?|tanggapan|balasan|diskusi|discussion|conversation|responses?|"
    r"pembaca (?:berkomentar|mengomentari)|"
    r"replies|kommentare?|commentaires?|comentarios?|reacties|thoughts? on .{1,300})(?: ?\(\d[\d.,]{0,9}\)| ?[:?])?",
    re.IGNORECASE,
)
# A heading of comments and of nothing else: it names what the comments are on.
SURE_COMMENTS_HEADING: Final = re.compile(
    r"(?:\d[\d.,]{0,9} )(?:thoughts?|responses?|comments?|replies|komentar|tanggapan|balasan|pemikiran|comentarios?|"
    r"kommentare?|commentaires?) (?:on|to|untuk|pada|tentang|zu|en|sur|para|em) [“\"«„‘'].{1,300}",
    re.IGNORECASE,
)
REPLY_WORDS: Final = re.compile(
    r"(?:reply|balas|like|suka|report|laporkan|upvote|permalink|share|quote)(?: ?\(?\d*\)?)|"
    r".{2,80}\b(?:said|says|berkata|ago|lalu|at \d{1,2}[:.]\d\d ?(?:[ap]\.?m)?)(?: said| says)?:?|"
    # a commenter and the time: "Darmo (darmo@contoh.id) 3/4/2003 10:12:11"
    r"(?=.{0,60}[^\W\d_]).{2,80}?\d{1,4}[/.-]\d{1,2}[/.-]\d{2,4},? (?:at |pukul |- )?"
    r"\d{1,2}[:.]\d\d(?:[:.]\d\d)?(?: ?[ap]\.?m)?",
    re.IGNORECASE,
)
CONSENT_TEXT: Final = re.compile(
    r"store and/or access information on a device|unique identifiers in cookies|(?:we|this (?:web)?site) uses? cookies|"
    r"(?:kami|situs ini) menggunakan cookies?|signal+ed to our partners|accept all cookies|we value your privacy|"
    r"we and our (?:\d[\d.,]{0,9} )?(?:partners|vendors)\b|precise geolocation data|"
    r"mengakses informasi (?:di|pada) perangkat|kami dan (?:\d[\d.,]{0,9} )?mitra kami|kami menghargai privasi anda|"
    r"data geolokasi yang tepat|"
    r"wir und unsere (?:\d[\d.,]{0,9} )?partner|nous et nos (?:\d[\d.,]{0,9} )?partenaires|"
    r"nosotros y nuestros (?:\d[\d.,]{0,9} )?socios",
    re.IGNORECASE,
)
BYLINE_TEXT: Final = re.compile(
    r"(?:by|oleh|penulis|reporter|editor|pewarta|laporan|written by)(?:\s*:|\b).{2,}", re.IGNORECASE
)
# A name and a day: "Bayu Aji | Minggu, 3 Maret 2024".
DATED_NAME: Final = re.compile(
    r"(?:[A-Z][\w.'’-]{1,20} ){1,3}[A-Z][\w.'’-]{1,20} ?[|,•·–-] ?(?:[A-Z][a-z'’]{2,9},? )?"
    r"(?:\d{1,2}[ /.-][A-Z]?\w{1,9}[ /.-]\d{4}|[A-Z][a-z]{2,8} \d{1,2}, \d{4})\b.{0,30}"
)
OTHERS_HEADING: Final = re.compile(
    r"(?:baca|simak|lihat|tonton) (?:juga|pula|lainnya)|(?:berita|artikel|kabar|topik|konten|video) "
    r"(?:lain(?:nya)?|terkait|terkini|terbaru|(?:ter)?populer|pilihan|rekomendasi)|terkait|(?:ter)?populer|"
    r"rekomendasi(?: \w+){0,2}|"
    r"related(?: \w+){0,2}|more (?:from|on|in|stories|news|like)\b.{0,40}|you (?:may|might) (?:also )?(?:like|enjoy)|"
    r"(?:read|see|also) (?:more|also|next|read)|most (?:read|popular|viewed|recent)|trending(?: \w+)?|"
    r"(?:latest|recommended|top|other|popular) (?:news|stories|articles|posts|reads?)|don.t miss",
    re.IGNORECASE,
)
