// SPDX-License-Identifier: Apache-2.0
#include "cli/manifests.h"

#include <dirent.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/ask.h"

static int is_manifest(const struct dirent *e)
{
	static const char *const patterns[] = {"*.yaml", "*.yml", "*.json"};

	for (size_t i = 0; i < sizeof(patterns) / sizeof(*patterns); i++)
		if (fnmatch(patterns[i], e->d_name, FNM_PERIOD) == 0)
			return 1;
	return 0;
}

/* Problems inside a file are kept in @m; anything else about it ends the command. */
static int read_file(struct wf_manifest *m, const char *path, struct wf_err *err)
{
	int r = wf_manifest_add_file(m, path, err);

	if (r != -EINVAL)
		return r;
	err->msg[0] = '\0';
	return 0;
}

static int read_dir(struct wf_manifest *m, const char *dir, struct wf_err *err)
{
	struct dirent **entries = NULL;
	int n = scandir(dir, &entries, is_manifest, alphasort), r = 0;

	if (n < 0)
		return wf_err_errno(err, -errno, "%s", dir);
	if (n == 0)
		r = wf_err_set(err, -ENOENT, "%s: no *.yaml, *.yml or *.json file in it", dir);
	if (n > WF_MANIFEST_FILES_MAX)
		r = wf_err_set(err, -E2BIG, "%s: more than %d manifests in it", dir,
			       WF_MANIFEST_FILES_MAX);
	for (int i = 0; i < n; i++) {
		_cleanup_free_ char *path = NULL;

		if (r == 0)
			r = asprintf(&path, "%s/%s", dir, entries[i]->d_name) < 0
				    ? -ENOMEM
				    : read_file(m, path, err);
		free(entries[i]);
	}
	free(entries);
	return r;
}

static int read_one(struct wf_manifest *m, const char *path, struct wf_err *err)
{
	struct stat st;

	if (strcmp(path, "-") != 0 && stat(path, &st) < 0)
		return wf_err_errno(err, -errno, "%s", path);
	if (strcmp(path, "-") != 0 && S_ISDIR(st.st_mode))
		return read_dir(m, path, err);
	return read_file(m, path, err);
}

static int print_problems(const struct wf_manifest *m)
{
	_cleanup_free_ char *text = wf_manifest_problems_str(m);

	if (!text)
		return 0;
	fputs(text, stderr);
	if (*text && text[strlen(text) - 1] != '\n')
		fputc('\n', stderr);
	return -EINVAL;
}

int wf_manifests_read(const struct wf_cli *cli, struct wf_manifest *m, struct wf_err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < cli->n_args; i++)
		if (strcmp(cli->args[i].opt->name, "file") == 0)
			r = read_one(m, cli->args[i].value, err);
	for (size_t i = 0; r == 0 && i < cli->n_words; i++)
		r = read_one(m, cli->words[i], err);
	return r < 0 ? r : print_problems(m);
}

void wf_manifests_print(const struct wf_cli *cli, const json_t *answer)
{
	const json_t *result;
	size_t i;

	if (cli->is_json) {
		wf_print_json(answer);
		return;
	}
	json_array_foreach(json_object_get(answer, "results"), i, result)
	{
		const char *tenant = json_string_value(json_object_get(result, "tenant"));

		printf("%s %s%s%s %s\n", json_string_value(json_object_get(result, "kind")),
		       tenant ? tenant : "", tenant && *tenant ? "/" : "",
		       json_string_value(json_object_get(result, "name")),
		       json_string_value(json_object_get(result, "change")));
	}
}

int wf_manifests_finish(const struct wf_cli *cli, const struct wf_manifest *m, int r,
			const json_t *answer, const struct wf_err *err)
{
	if (r == 0)
		wf_manifests_print(cli, answer);
	else if (!err->msg[0])
		print_problems(m);
	return r;
}
