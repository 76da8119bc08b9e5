# baseline.sh DIR: the files below DIR as the C table that core/cli/baseline.h declares, one string a line
set -e
echo '#include "config.h"'
echo
echo '#include <stddef.h>'
echo
echo '#include "cli/baseline.h"'
echo
echo 'const struct baseline_line baseline_lines[] = {'
for f in kit.yaml services/example.yaml; do
	sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/\t{"'"$(printf %s "$f" | sed 's/\//\\\//g')"'", "/' -e 's/$/"},/' "$1/$f"
done
printf '\t{NULL, NULL},\n};\n'
