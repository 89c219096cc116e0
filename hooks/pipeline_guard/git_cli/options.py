"""The git options that are known, for each subcommand that the workflow uses.

One entry is all names of one option, `-m|--message`; `=` behind it means that it takes a value,
`?` that it may carry one (`--color=never`, `-U5`). The first long name is the canonical one. An
option of git that is missing here is refused, so a table holds what is useful and harmless, and
what a rule wants to name when it refuses it. Source: the manual pages of git 2.39 to 2.51.
"""

from __future__ import annotations

from typing import NamedTuple

SWITCH = "switch"
VALUE = "value"
OPTIONAL = "optional"


class Option(NamedTuple):
    """The canonical name of an option, and whether it takes a value."""

    name: str
    kind: str


_DIFF = """
-p|-u|--patch -s|--no-patch -U|--unified? --raw --patch-with-raw --minimal --patience --histogram
--diff-algorithm= --anchored= --stat? --compact-summary --numstat --shortstat --dirstat?
--cumulative --summary --patch-with-stat -z --name-only --name-status --submodule? --color?
--no-color --color-moved? --no-color-moved --word-diff? --word-diff-regex= --color-words?
--no-renames --rename-empty --no-rename-empty --check --full-index --binary --abbrev? --no-abbrev
-B|--break-rewrites? -M|--find-renames? -C|--find-copies? --find-copies-harder
-D|--irreversible-delete -l= --diff-filter= -S= -G= --find-object= --pickaxe-all --pickaxe-regex
-R --relative? --no-relative -a|--text --ignore-cr-at-eol --ignore-space-at-eol
-b|--ignore-space-change -w|--ignore-all-space --ignore-blank-lines -I|--ignore-matching-lines=
--inter-hunk-context= -W|--function-context --exit-code --quiet --no-ext-diff --no-textconv
--ignore-submodules? --src-prefix= --dst-prefix= --no-prefix --default-prefix --line-prefix=
--output= --ext-diff --textconv -O=
"""
_LOG = """
-<n> -n|--max-count= --skip= --since= --after= --until= --before= --author= --committer= --grep=
--all-match --invert-grep -i|--regexp-ignore-case -E|--extended-regexp -F|--fixed-strings
-P|--perl-regexp --merges --no-merges --first-parent --all --branches? --tags? --remotes?
--glob= --exclude= --reflog -g|--walk-reflogs --boundary --simplify-by-decoration --full-history
--date-order --author-date-order --topo-order --reverse --oneline --pretty? --format?
--abbrev-commit --no-abbrev-commit --decorate? --no-decorate --graph --no-graph --date=
--parents --children --left-right --cherry-pick --cherry-mark --cherry --no-walk? --source
--follow --full-diff -L= -m -c --cc --notes? --no-notes --show-signature --log-size --no-mailmap
--relative-date --stdin
"""

_SPEC = {
    "status": """-s|--short -b|--branch --show-stash --porcelain? --long -v|--verbose
        -u|--untracked-files? --ignore-submodules? --ignored? -z --column? --no-column
        --ahead-behind --no-ahead-behind --renames --no-renames --find-renames?""",
    "log": _LOG + _DIFF,
    "show": _LOG + _DIFF,
    "diff": _DIFF + "--cached|--staged --merge-base --base --ours --theirs -0 --no-index",
    "blame": """-L= -l -t -S= --reverse -p|--porcelain --line-porcelain --incremental --root
        --show-stats -f|--show-name -n|--show-number -s -e|--show-email -w -M? -C? --abbrev?
        --date= --first-parent --color-lines --color-by-age --contents= --ignore-rev=
        --ignore-revs-file= --since=""",
    "grep": """--cached -a|--text -i|--ignore-case -I -w|--word-regexp -v|--invert-match -h -H
        --full-name -E|--extended-regexp -G|--basic-regexp -P|--perl-regexp -F|--fixed-strings
        -n|--line-number --column -l|--files-with-matches|--name-only -L|--files-without-match
        -o|--only-matching -c|--count --color? --no-color --break --heading -p|--show-function
        -A|--after-context= -B|--before-context= -C|--context= -<n> -W|--function-context
        -m|--max-count= -e= --and --or --not --all-match -q|--quiet --max-depth= -r|--recursive
        --no-recursive -z|--null --threads= --untracked --exclude-standard
        -O|--open-files-in-pager? -f= --no-index --no-exclude-standard --textconv""",
    "rev-parse": """--verify -q|--quiet --short? --abbrev-ref? --symbolic --symbolic-full-name
        --show-toplevel --show-prefix --show-cdup --git-dir --absolute-git-dir --git-common-dir
        --is-inside-work-tree --is-inside-git-dir --is-bare-repository --is-shallow-repository
        --show-superproject-working-tree --show-object-format? --all --branches? --tags?
        --remotes? --default= --prefix= --revs-only --no-revs --flags --no-flags --sq --not
        --disambiguate? --path-format= --since? --after? --until? --before? --git-path=""",
    "ls-files": """-c|--cached -d|--deleted -m|--modified -o|--others -i|--ignored -s|--stage
        -u|--unmerged -k|--killed -t -v -f -z --exclude= --exclude-standard --directory
        --no-empty-directory --error-unmatch --full-name --eol --deduplicate --abbrev?
        -x= --format= --recurse-submodules -X|--exclude-from= --exclude-per-directory=""",
    "branch": """--show-current -l|--list -a|--all -r|--remotes -v|--verbose --abbrev? --no-abbrev
        --color? --no-color --column? --no-column --sort= --format= -i|--ignore-case --contains?
        --no-contains? --merged? --no-merged? --points-at= -q|--quiet
        -d|--delete -D -m|--move -M -c|--copy -C -f|--force -t|--track? --no-track
        -u|--set-upstream-to= --unset-upstream --edit-description --create-reflog""",
    "switch": """-c|--create= -C|--force-create= -d|--detach -f|--force --discard-changes -m|--merge
        --orphan= -q|--quiet --progress --no-progress --guess --no-guess --no-track -t|--track?
        --conflict= --ignore-other-worktrees --recurse-submodules? --overwrite-ignore""",
    "checkout": """-b= -B= -q|--quiet --progress --no-progress --no-track -t|--track? --guess
        --no-guess -f|--force --ours --theirs -m|--merge --conflict= -p|--patch -d|--detach
        --orphan= -l --ignore-other-worktrees --pathspec-from-file= --overwrite-ignore""",
    "add": """-A|--all|--no-ignore-removal -u|--update -v|--verbose -n|--dry-run -N|--intent-to-add
        --ignore-errors --refresh -f|--force -i|--interactive -p|--patch -e|--edit --chmod=
        --pathspec-from-file= --renormalize --sparse --no-all|--ignore-removal""",
    "commit": """-m|--message= -a|--all -q|--quiet -v|--verbose --dry-run --short --branch
        --porcelain --long -z -s|--signoff --no-signoff --no-gpg-sign --status --no-status
        --only|-o -i|--include -u|--untracked-files?
        --amend -n|--no-verify --fixup= --squash= --reset-author --allow-empty
        --allow-empty-message -F|--file= -t|--template= -C|--reuse-message=
        -c|--reedit-message= -e|--edit --no-edit --author= --date= --cleanup= --trailer=
        -p|--patch --interactive -S|--gpg-sign? --pathspec-from-file= --no-post-rewrite""",
    "revert": """--no-edit -n|--no-commit -e|--edit -m|--mainline= -s|--signoff --abort --quit
        --continue --skip -S|--gpg-sign? --strategy= -X|--strategy-option= --reference""",
    "push": """-u|--set-upstream -q|--quiet -v|--verbose --progress --no-progress -n|--dry-run
        --porcelain -f|--force --force-with-lease? --force-if-includes --all|--branches --mirror
        --tags --follow-tags -d|--delete --prune --no-verify --atomic --receive-pack=|--exec=
        --repo= -o|--push-option= --signed? --recurse-submodules= --thin --no-thin""",
}

READ_ONLY = frozenset(
    {"", "status", "log", "show", "diff", "blame", "grep", "rev-parse", "ls-files", "branch"}
)


_tables: dict[str, dict[str, Option]] = {}


def table(subcommand: str) -> dict[str, Option]:
    """Every known name of an option of this subcommand; empty for an unknown subcommand."""
    if subcommand not in _tables:
        _tables[subcommand] = _read(subcommand)
    return _tables[subcommand]


def _read(subcommand: str) -> dict[str, Option]:
    found: dict[str, Option] = {}
    for entry in _SPEC.get(subcommand, "").split():
        kind = {"=": VALUE, "?": OPTIONAL}.get(entry[-1], SWITCH)
        names = [name.rstrip("=?") for name in entry.split("|")]
        canonical = next((name for name in names if name.startswith("--")), names[0])
        found.update({name: Option(canonical, kind) for name in names})
    return found


def known(subcommand: str) -> bool:
    """Whether there is a table for this subcommand."""
    return subcommand in _SPEC
