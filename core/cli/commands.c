/* One row per command name of the contract.  A row without a function is a
 * feature that is not built yet: its --help says what it will be. */
#include "config.h"

#include "cli/commands.h"

/* demo, watch and observe open a console: cli_run hands them on before it looks at `run`. */
const struct command cli_commands[] = {
	{"demo", "[--speed N] [--clean] [--linear]", "the console on a built-in world of real local processes",
		"Makes a directory with a kit, a store and a socket of its own and starts a small shop in it.\n"
		"--speed N makes the demo's durations N times shorter, never the clock.\n"
		"--clean ends and removes what a killed demo left behind.\n"
		"--linear: as lines that are only added, for a screen reader or a pipe.\n", NULL},
	{"watch", "[KIT] [--linear]", "the console, to look on", "--linear: as lines that are only added, for a screen reader or a pipe.\n", NULL},
	{"observe", "[KIT] [--linear]", "the console that never asks for anything",
		"--linear: as lines that are only added, for a screen reader or a pipe.\n", NULL},
	{"engine", "[KIT] [--replace]", "the engine alone, in the foreground, until SIGTERM",
		"Holds the store of the kit, runs its plugins and serves its clients.\n"
		"--replace takes over from an engine that runs already.\n", cmd_engine},
	{"init", "DIR", "write the commented baseline kit", "The kit passes `backout check` and is not armed: nothing fires.\n", cmd_init},
	{"check", "[KIT] [--live]", "validate a kit", "Prints FILE:LINE:COLUMN: what, and the mend, for every error of every file.\n"
		"--live also starts the plugins, measures each signal once and asks every action's preflight, with the rights of\n"
		"who runs it; it changes nothing.  Exit status 1 where something fails; no data is a warning.\n", cmd_check},
	{"status", "[--format line|tmux|json]", "one line for a prompt or tmux", "Starts no engine.\n", cmd_status},
	{"list", "", "the incidents of the store, newest first", NULL, cmd_list},
	{"show", "INCIDENT", "one incident, whole", NULL, cmd_show},
	{"log", "[INCIDENT] [--follow] [--kind K] [--since T] [--raw]", "the journal's events, one a line",
		"Reads the store directly.  --json prints JSON lines; --raw adds each body's bytes as a string, so that\n"
		"docs/verify.py can check them.  --since takes 2h or an RFC 3339 time; --kind may be given again.\n"
		"Lines for people leave samples out, unless --kind asks for them.\n", cmd_log},
	{"changes", "[SERVICE] [--since D]", "deploys, flag flips and config changes, newest first", NULL, cmd_changes},
	{"brief", "[INCIDENT]", "ten lines to read out or to paste", NULL, cmd_brief},
	{"declare", "--title T [--service S]... [--onset T]", "say that this deploy is bad: the clock starts",
		"Prints the incident's name.  A service that is in an open incident already prints that one.\n"
		"--onset takes an RFC 3339 time at which it began.\n", cmd_declare},
	{"report", "SIGNAL [--service S] [--note T] [--gone]", "say what only a person knows",
		"--gone answers a report: it is no longer so.\n", cmd_ask},
	{"fire", "ACTION... --reason T [--to VERSION] [--service S] [--yes] [--wait] [--dry-run] [--break-glass]",
		"fire a pre-authorized action",
		"Shows what will run, from which version to which, asks for three letters, and follows it to its end.\n"
		"--yes skips the letters and nothing else.  --dry-run shows the panel and fires nothing.\n"
		"--wait goes on until the revert is verified.  Several actions run in the order of the plan.\n"
		"Ends with 0 done, 1 it ran and failed or was said no to, 2 not understood, 3 not allowed,\n"
		"4 something outside failed and nothing was fired, 5 the outcome is unknown: look before you do it again.\n", cmd_fire},
	{"cancel", "KEY", "stop an action that waits or runs", NULL, cmd_ask},
	{"resolve", "KEY done|failed --reason T", "say how an action with an unknown outcome ended", NULL, cmd_ask},
	{"ack", "KEY", "acknowledge an action of another", NULL, NULL},
	{"veto", "[KEY]", "not this time: stop what counts down, or refuse a take of command", NULL, cmd_ask},
	{"pin", "SERVICE VERSION --reason T", "keep a bad version out", NULL, cmd_ask},
	{"unpin", "SERVICE VERSION --reason T", "let a pinned version in again", NULL, cmd_ask},
	{"freeze", "SERVICE|all [--reason T] [--yes]", "nothing acts by itself on it; a deploy meanwhile is an alarm",
		"Sets the mark, and fires the service's freeze or pause action where it has one: with three letters,\n"
		"on a terminal; --yes skips them.\n", cmd_freeze},
	{"unfreeze", "SERVICE|all [--reason T]", "lift a freeze", NULL, cmd_ask},
	{"take", "", "take command of an incident", NULL, cmd_ask},
	{"hand-over", "PERSON", "offer the command to another", NULL, cmd_ask},
	{"note", "TEXT|-", "write a line into the timeline", "With - the text is read from standard input.\n", cmd_note},
	{"close", "--as reverted|forward|contained|false-alarm|duplicate [--reason T]", "close an incident", NULL, cmd_ask},
	{"review", "INCIDENT|BUNDLE", "step through a past incident", NULL, NULL},
	{"export", "INCIDENT", "write a bundle that stands for itself", NULL, NULL},
	{"verify", "[PATH] [--head H] [--anchors F] [--deep]", "is the journal whole and unchanged?",
		"Names the first event that was changed, removed, inserted or moved.  A cut tail or a rewritten whole shows\n"
		"only against heads that left this machine: --head H, or --anchors F with one a line.  --deep folds as well.\n"
		"Ends with 0 whole, 1 damaged, 2 not a journal.\n", cmd_verify},
	{"import", "FILE", "bring in an incident from elsewhere", NULL, NULL},
	{"gate", "BRIEF...", "judge a release brief before it ships", NULL, NULL},
	{"drill", "", "rehearse a rollback", NULL, NULL},
	{"stats", "", "promises and what became of them", NULL, NULL},
	{"backtest", "", "run a rubric over recorded signals", NULL, NULL},
	{"may-deploy", "SERVICE [VERSION]", "may this go live now? for pipelines", NULL, NULL},
	{"rights", "[BACKEND]", "the rights each backend needs", NULL, NULL},
	{"plugin", "list | check [OPTION...] [--] COMMAND...", "the plugins, and the conformance test of one",
		"list    the plugins of the running engine\n"
		"check   start COMMAND as the engine would and hold it against the protocol, one line per check: ok, FAILED or\n"
		"        skipped.  --config JSON --secrets JSON are handed to initialize, --watch JSON to watch, --action JSON to\n"
		"        preflight; --perform really performs that action.  Options of COMMAND stand behind --.\n"
		"        Ends with 0 nothing failed, 1 something did, 2 it could not be started.\n", cmd_plugin},
	{"version", "", "version and build", NULL, cmd_version},
	{"help", "[COMMAND|kit|keys|themes]", "this, a command, the kit's keys, the console's keys, its themes", NULL, cmd_help},
};
const int cli_n_commands = (int)(sizeof cli_commands / sizeof *cli_commands);
