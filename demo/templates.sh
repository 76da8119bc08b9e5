# templates.sh DIR: the kit's files below DIR as the C table that demo/kit_text.h declares
set -e
echo '#include "config.h"'
echo
echo '#include "demo/kit_text.h"'
echo
echo 'const struct kit_template kit_templates[] = {'
for f in kit.yaml services/auth.yaml services/checkout.yaml services/ledger.yaml; do
	printf '\t{"%s",\n' "$f"
	sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/\t\t"/' -e 's/$/\\n"/' "$1/$f"
	printf '\t},\n'
done
printf '\t{NULL, NULL},\n};\n'
