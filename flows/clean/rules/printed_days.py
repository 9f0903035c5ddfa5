"""Words around a printed day that line recovery asks for, as parts of patterns: weekdays, and labels of a date."""

from typing import Final

WEEKDAYS: Final = (
    "(?:Senin|Selasa|Rabu|Kamis|Jum['’]?at|Sabtu|Minggu|Ahad|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)"
)
DAY_LABELS: Final = "(?:Diterbitkan|Dipublikasikan|Ditayangkan|Diperbarui|Terbit|Tayang|Published|Posted|Updated)"
