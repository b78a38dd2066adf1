// SPDX-License-Identifier: Apache-2.0
#include "lab/commands.h"

#include <string.h>

static void free_argv(char **argv)
{
	for (char **word = argv; word && *word; word++)
		free(*word);
	free(argv);
}

/* The words of a command; NULL behind a problem. */
static char **read_words(struct wf_yaml *y, yaml_node_t *list, const char *key)
{
	char **argv = calloc(WF_LAB_WORDS_MAX + 1, sizeof(*argv));
	yaml_node_t *item;
	size_t n;

	for (n = 0; argv && (item = wf_yaml_item(y, list, key, n)); n++) {
		const char *word = wf_yaml_text(y, item, key);

		if (n == WF_LAB_WORDS_MAX)
			wf_yaml_problem(y, wf_yaml_line(item), key,
					"a command of more than %d words", WF_LAB_WORDS_MAX);
		argv[n] = word && n < WF_LAB_WORDS_MAX ? strdup(word) : NULL;
		if (!argv[n])
			break;
	}
	if (argv && argv[0] && argv[0][0])
		return argv;
	if (list->type == YAML_SEQUENCE_NODE)
		wf_yaml_problem(y, wf_yaml_line(list), key,
				"a command is missing: [sysctl, -w, x=1]");
	free_argv(argv);
	return NULL;
}

void wf_lab_read_commands(struct wf_yaml *y, yaml_node_t *list, const char *key, void *into)
{
	struct wf_lab_programs *p = into;
	typeof(&p->run) commands = strcmp(key, "run") == 0 ? &p->run : &p->start;
	yaml_node_t *item;

	for (size_t k = 0; (item = wf_yaml_item(y, list, key, k)); k++) {
		struct wf_lab_command c = {.line = wf_yaml_line(item)};

		if (k == WF_LAB_COMMANDS_MAX) {
			wf_yaml_problem(y, c.line, key, "more than %d commands",
					WF_LAB_COMMANDS_MAX);
			return;
		}
		c.argv = read_words(y, item, key);
		if (c.argv && wf_vec_push(commands, c) < 0)
			free_argv(c.argv);
	}
}

void wf_lab_programs_done(struct wf_lab_programs *p)
{
	wf_vec_each (command, &p->run)
		free_argv(command->argv);
	wf_vec_each (command, &p->start)
		free_argv(command->argv);
	wf_vec_done(&p->run);
	wf_vec_done(&p->start);
}
