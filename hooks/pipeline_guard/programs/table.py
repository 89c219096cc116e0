"""The programs that only read, with every option that keeps them so.

One entry a program: its options, and what its operands are. An option that is missing here makes
the call a program that is not known to read only. Notation of the options:

    -abc      single letters without a value          -n=      a letter with a value
    --word    a long option without a value           --word=  with a value
    --word=?  with a value or without                 -#       a number as an option (head -5)
    -f<       its value is a file that is read        -o>      its value is a file that is written

Operands: `paths` are read; `folders` are read, the current folder where none is given; `words`
mean nothing; `pattern` is one word and then paths; `in-out` is an input and then an output file.
Sources: the GNU coreutils, grep, diffutils and findutils manuals; ripgrep(1), tree(1), file(1).
"""

from __future__ import annotations

TABLE: dict[str, tuple[str, str]] = {
    "ls": (
        "-aAbBcCdfFgGhHiklLmnNopqQrRsStuUvxXZ1 -I= --all --almost-all --author --directory "
        "--full-time --group-directories-first --human-readable --inode --recursive --reverse "
        "--size --color=? --sort= --time= --time-style= --classify=? --file-type --literal "
        "--numeric-uid-gid --no-group --si --dereference --ignore= --hide= --format=",
        "folders",
    ),
    "cat": (
        "-AbeEnstTuv --show-all --number-nonblank --show-ends --number --squeeze-blank "
        "--show-tabs --show-nonprinting",
        "paths",
    ),
    "head": ("-qvz -n= -c= -# --lines= --bytes= --quiet --silent --verbose", "paths"),
    "tail": (
        "-qvzfFr -n= -c= -s= -# --lines= --bytes= --quiet --silent --verbose --follow=? --retry "
        "--pid= --sleep-interval=",
        "paths",
    ),
    "wc": ("-cmlLw --bytes --chars --lines --words --max-line-length --total=", "paths"),
    "grep": (
        "-EFGPivwxclLnHhoqszZabIUTyrR -e= -f< -m= -A= -B= -C= -d= -D= -# --regexp= --file< "
        "--extended-regexp --fixed-strings --basic-regexp --perl-regexp --ignore-case "
        "--no-ignore-case --invert-match --word-regexp --line-regexp --count --files-with-matches "
        "--files-without-match --line-number --with-filename --no-filename --only-matching --quiet "
        "--silent --no-messages --null --null-data --text --binary-files= --recursive "
        "--dereference-recursive --max-count= --after-context= --before-context= --context= "
        "--include= --exclude= --exclude-dir= --exclude-from< --color=? --colour=? --label= "
        "--line-buffered --byte-offset --initial-tab --directories= --devices=",
        "pattern",
    ),
    "rg": (
        "-isSvwxclnNHIoqupaLUFP0. -e= -f< -t= -T= -g= -A= -B= -C= -m= -M= -j= -d= -r= --regexp= "
        "--file< --type= --type-not= --glob= --iglob= --hidden --no-ignore --no-ignore-vcs "
        "--ignore-case --smart-case --case-sensitive --fixed-strings --word-regexp --line-regexp "
        "--count --count-matches --files --files-with-matches --files-without-match "
        "--line-number --no-line-number --no-heading --heading --color= --context= "
        "--after-context= --before-context= --max-count= --max-depth= --max-columns= --multiline "
        "--multiline-dotall --only-matching --json --replace= --sort= --sortr= --stats --text "
        "--trim --vimgrep --with-filename --no-filename --null --pcre2 --quiet --invert-match "
        "--follow --pretty --type-list --no-messages --no-config --passthru --column --crlf "
        "--one-file-system",
        "pattern",
    ),
    "sort": (
        "-bdfghiMnRrsuVcCmz -k= -t= -S= -o> --output> --key= --field-separator= --buffer-size= "
        "--reverse --unique --numeric-sort --general-numeric-sort --human-numeric-sort "
        "--version-sort --ignore-case --ignore-leading-blanks --dictionary-order --month-sort "
        "--stable --check=? --merge --zero-terminated --sort= --parallel=",
        "paths",
    ),
    "uniq": (
        "-cdDiuz -f= -s= -w= --count --repeated --all-repeated=? --ignore-case --unique "
        "--skip-fields= --skip-chars= --check-chars= --zero-terminated --group=?",
        "in-out",
    ),
    "cut": (
        "-nsz -b= -c= -d= -f= --bytes= --characters= --delimiter= --fields= --complement "
        "--only-delimited --output-delimiter= --zero-terminated",
        "paths",
    ),
    "tr": ("-cCdst --complement --delete --squeeze-repeats --truncate-set1", "words"),
    "diff": (
        "-ucenqsyrNabBwiEZtTpd -U= -C= -W= -I= -x= -X< -S= -F= --normal --brief "
        "--report-identical-files --unified=? --context=? --ed --rcs --side-by-side --width= "
        "--recursive --new-file --text --ignore-all-space --ignore-space-change "
        "--ignore-blank-lines --ignore-trailing-space --ignore-case --ignore-tab-expansion "
        "--ignore-matching-lines= --suppress-common-lines --label= --color=? --exclude= "
        "--exclude-from< --from-file< --to-file< --minimal --strip-trailing-cr --no-dereference "
        "--expand-tabs --show-c-function --show-function-line= --speed-large-files",
        "paths",
    ),
    "stat": (
        "-Lftx -c= --format= --printf= --dereference --file-system --terse",
        "paths",
    ),
    "file": (
        "-biIhLkNnsr0 -F= -e= -P= --brief --mime --mime-type --mime-encoding --dereference "
        "--no-dereference --keep-going --separator= --special-files --raw",
        "paths",
    ),
    "tree": (
        "-adlfixpugshDFqNQrtcUvCnASJX -L= -P= -I= -H= -T= -o> --noreport --gitignore --dirsfirst "
        "--filesfirst --prune --du --si --matchdirs --ignore-case --filelimit= --sort= --charset= "
        "--inodes --device --timefmt= --metafirst",
        "folders",
    ),
    "pwd": ("-LP --logical --physical", "words"),
    "date": (
        "-uR -I=? -d= -r< --utc --universal --date= --iso-8601=? --rfc-3339= --rfc-email "
        "--reference<",
        "format",
    ),
    "type": ("-aftpP", "words"),
    "which": ("-as --all", "words"),
    "basename": ("-az -s= --multiple --suffix= --zero", "words"),
    "dirname": ("-z --zero", "words"),
    "realpath": (
        "-emLPqsz --canonicalize-existing --canonicalize-missing --logical --physical --quiet "
        "--strip --no-symlinks --zero --relative-to= --relative-base=",
        "words",
    ),
    "true": ("", "anything"),
    "false": ("", "anything"),
    "echo": ("", "anything"),
    "mkdir": ("-pv --parents --verbose", "new-folders"),
}

# These read what is in the files below the folders they are given, or below the current one;
# `ls -R`, `tree` and `find` only list names.
_RECURSIVE = frozenset(("-r", "-R", "--recursive", "--dereference-recursive"))
RECURSIVE_BY_OPTION = {"grep": _RECURSIVE | {"-d", "--directories"}, "diff": _RECURSIVE}
ALWAYS_RECURSIVE = frozenset(("rg",))
PATTERN_OPTIONS = frozenset(("-e", "-f", "--regexp", "--file", "--files", "--type-list"))

RUFF_CHECK = (
    "-qvns -e --select= --ignore= --extend-select= --extend-ignore= --output-format= --no-cache "
    "--no-fix --diff --statistics --quiet --verbose --silent --preview --no-preview --isolated "
    "--target-version= --exclude= --extend-exclude= --line-length= --show-files --exit-zero "
    "--force-exclude --no-respect-gitignore --config<"
)
RUFF_FORMAT = (
    "-qvn --check --diff --no-cache --quiet --verbose --silent --preview --isolated "
    "--target-version= --exclude= --line-length= --config<"
)
TY_CHECK = "-qv --quiet --verbose --output-format= --color= --exit-zero --error= --warn= --ignore="
JQ = (
    "-rRnscCMSaeje --raw-output --raw-input --null-input --slurp --compact-output --color-output "
    "--monochrome-output --sort-keys --ascii-output --exit-status --join-output --tab --indent= "
    "--stream --seq --unbuffered"
)
TEE = "-aip --append --ignore-interrupts --output-error=?"
SED = "-nEruz --quiet --silent --regexp-extended --unbuffered --null-data"
