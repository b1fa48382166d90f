"""The words by which people are written in tools, from the personnel register."""

from __future__ import annotations

from itssrules.store import Connection, one

AMBIGUOUS = "?"
"""Stands for the person of a word that several people share."""


def person_words(con: Connection) -> None:
    """Fill `person_words`: each number, login, e-mail and name with its person and roles.

    A word that several people share names none of them; the roles of a word are those of all rows
    that hold it.
    """
    con.execute("delete from person_words")
    if one(con, "select count(*) from personnel") == 0:
        return
    con.execute(
        f"""insert into person_words
        with words as (
            select person_id, roles, unnest([person_id, name, email]
                || string_split(coalesce(login, ''), ';')) as word
            from personnel),
        named as (
            select person_word(word) as word, person_id, roles,
                starts_with(person_id, 'settings:') as declared
            from words where trim(word) <> ''),
        people as (
            select word, count(distinct person_id) as many, min(person_id) as person_id
            from named where not declared group by word)
        select n.word,
            case when max(p.many) > 1 then '{AMBIGUOUS}' else max(p.person_id) end,
            nullif(string_agg(distinct n.roles, ';' order by n.roles), '')
        from named n left join people p on p.word = n.word group by n.word"""
    )
