// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "schema/keys.h"
#include "schema/schema.h"
#include "schema/utf8.h"
#include "schema/yaml_reader.h"

struct entry {
	struct wf_object *object; /* reference */
	json_t *json;		  /* owned */
	struct wf_lines lines;	  /* owned */
	size_t file;
};

struct complaint {
	size_t file;
	uint32_t line;
	struct wf_problem problem; /* its index: the order of finding */
};

struct wf_manifest {
	WF_VEC(char *) files;		    /* owned names */
	WF_VEC(struct entry) entries;	    /* beside the objects */
	WF_VEC(struct wf_object *) objects; /* borrowed from the entries */
	WF_VEC(struct complaint) complaints;
	size_t n_found; /* complaints, with those beyond WF_PROBLEMS_MAX */
	json_t *seen;	/* owned; store key to index of the entry */
};

static void entry_done(struct entry *e)
{
	wf_object_unref(e->object);
	json_decref(e->json);
	wf_vec_done(&e->lines);
}

struct wf_manifest *wf_manifest_new(void)
{
	WF_CLEANUP(cleanup_manifest) struct wf_manifest *m = calloc(1, sizeof(*m));

	if (!m)
		return NULL;
	m->seen = json_object();
	return m->seen ? TAKE_PTR(m) : NULL;
}

void wf_manifest_free(struct wf_manifest *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->files.n; i++)
		free(m->files.items[i]);
	for (size_t i = 0; i < m->entries.n; i++)
		entry_done(&m->entries.items[i]);
	wf_vec_done(&m->files);
	wf_vec_done(&m->entries);
	wf_vec_done(&m->objects);
	wf_vec_done(&m->complaints);
	json_decref(m->seen);
	free(m);
}

static void complain(struct wf_manifest *m, size_t file, uint32_t line, const char *key,
		     const char *msg)
{
	struct wf_problems one = {0};

	wf_problems_add(&one, m->n_found++, key, "%s", msg);
	if (m->complaints.n < WF_PROBLEMS_MAX && one.n) {
		struct complaint c = {.file = file, .line = line, .problem = one.items[0]};

		/* Without memory the text is lost, but not the count. */
		(void)wf_vec_push(&m->complaints, c);
	}
	wf_problems_done(&one);
}

/* A file that is being read; it is the manifest's last one. */
struct reading {
	struct wf_manifest *m;
	size_t file;
};

static void yaml_problem(void *arg, uint32_t line, const char *msg)
{
	struct reading *reading = arg;

	complain(reading->m, reading->file, line, "", msg);
}

static void complain_all(struct wf_manifest *m, const struct entry *e,
			 const struct wf_problems *problems)
{
	for (size_t i = 0; i < problems->n; i++) {
		const struct wf_problem *p = &problems->items[i];

		complain(m, e->file, wf_lines_find(&e->lines, e->json, p->key), p->key, p->msg);
	}
	m->n_found += problems->n_found - problems->n;
}

/* Is its name free? Remembers it. */
static int check_duplicate(struct wf_manifest *m, const struct entry *e)
{
	char key[WF_OBJECT_KEY_MAX], msg[WF_ERR_MSG_MAX];
	const struct entry *first;
	json_t *seen;
	bool is_here;

	wf_object_key(e->object->kind, e->object->tenant, e->object->name, key);
	seen = json_object_get(m->seen, key);
	if (!seen)
		return json_object_set_new(m->seen, key, json_integer(m->entries.n)) ? -ENOMEM : 0;
	first = &m->entries.items[json_integer_value(seen)];
	is_here = first->file == e->file;
	snprintf(msg, sizeof(msg), "%s '%s' is there twice; first in %.80s%s%u",
		 wf_kind_name(e->object->kind), e->object->name,
		 is_here ? "line" : m->files.items[first->file], is_here ? " " : ":",
		 wf_lines_find(&first->lines, first->json, ""));
	complain(m, e->file, wf_lines_find(&e->lines, e->json, "name"), "name", msg);
	return -EINVAL;
}

/* Takes what @e holds if it returns 0. */
static int keep_entry(struct wf_manifest *m, struct entry *e)
{
	int r = check_duplicate(m, e);

	if (r)
		return r;
	if (wf_vec_push(&m->objects, e->object) < 0)
		return -ENOMEM;
	if (wf_vec_push(&m->entries, *e) < 0) {
		m->objects.n--;
		return -ENOMEM;
	}
	return 0;
}

/* 0, -EINVAL (reported) or -ENOMEM. Takes what @e holds. */
static int add_document(struct wf_manifest *m, struct entry *e)
{
	struct wf_problems problems = {0};
	int r;

	r = wf_object_from_manifest(e->json, &problems, &e->object);
	complain_all(m, e, &problems);
	wf_problems_done(&problems);
	if (!r)
		r = keep_entry(m, e);
	if (r)
		entry_done(e);
	return r;
}

static int add_documents(struct reading *reading, struct wf_yaml *y)
{
	struct wf_manifest *m = reading->m;
	size_t n_documents = 0;
	int r;

	for (;;) {
		struct entry e = {.file = reading->file};

		r = wf_yaml_next(y, &e.json, &e.lines);
		if (r <= 0)
			break;
		if (json_is_null(e.json)) {
			entry_done(&e);
			continue;
		}
		n_documents++;
		if (m->entries.n == WF_MANIFEST_MAX_OBJECTS) {
			complain(m, e.file, wf_lines_find(&e.lines, e.json, ""), "",
				 "too many objects: at most 100000 at once");
			entry_done(&e);
			return -EINVAL;
		}
		if (add_document(m, &e) == -ENOMEM)
			return -ENOMEM;
	}
	if (!r && !n_documents)
		complain(m, reading->file, 1, "", "there is no object in this file");
	return r;
}

/* Is it text of a size and kind that can be read at all? */
static bool is_readable(struct wf_manifest *m, size_t file, const char *text, size_t len)
{
	char msg[WF_ERR_MSG_MAX];
	uint32_t line = 1;
	size_t bad;

	if (len > WF_MANIFEST_MAX_BYTES) {
		snprintf(msg, sizeof(msg), "%zu bytes; a manifest can have at most %u: split it",
			 len, WF_MANIFEST_MAX_BYTES);
		complain(m, file, 1, "", msg);
		return false;
	}
	bad = wf_utf8_check(text, len);
	if (bad == len)
		return true;
	for (size_t i = 0; i < bad; i++)
		line += text[i] == '\n';
	snprintf(msg, sizeof(msg), "not UTF-8: byte 0x%02x at offset %zu", (uint8_t)text[bad], bad);
	complain(m, file, line, "", msg);
	return false;
}

int wf_manifest_add(struct wf_manifest *m, const char *file, const char *text, size_t len)
{
	struct reading reading = {.m = m, .file = m->files.n};
	size_t found_before = m->n_found;
	char *name = strdup(file);
	struct wf_yaml *y;
	int r;

	if (!name || wf_vec_push(&m->files, name) < 0) {
		free(name);
		return -ENOMEM;
	}
	if (!is_readable(m, reading.file, text, len))
		return -EINVAL;
	y = wf_yaml_new(text, len, yaml_problem, &reading);
	r = y ? add_documents(&reading, y) : -ENOMEM;
	wf_yaml_free(y);
	if (r == -ENOMEM)
		return r;
	return m->n_found > found_before ? -EINVAL : 0;
}

static int too_big(const char *path, struct wf_err *err)
{
	return wf_err_set(err, -EFBIG,
			  "%s is larger than %u MiB, the limit of a manifest: split it", path,
			  WF_MANIFEST_MAX_BYTES >> 20);
}

static int read_all(int fd, const char *path, struct wf_buf *ret, struct wf_err *err)
{
	char chunk[65536];
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > WF_MANIFEST_MAX_BYTES)
		return too_big(path, err);
	while ((n = read(fd, chunk, sizeof(chunk))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return wf_err_errno(err, -errno, "cannot read %s", path);
		wf_buf_append(ret, chunk, n);
		if (ret->len > WF_MANIFEST_MAX_BYTES)
			return too_big(path, err);
	}
	return ret->is_failed ? wf_err_errno(err, -ENOMEM, "cannot read %s", path) : 0;
}

int wf_manifest_add_file(struct wf_manifest *m, const char *path, struct wf_err *err)
{
	bool is_stdin = strcmp(path, "-") == 0;
	_cleanup_close_ int fd = -1;
	struct wf_buf text = {0};
	int r;

	if (!is_stdin) {
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			return wf_err_errno(err, -errno, "cannot open %s", path);
	}
	r = read_all(is_stdin ? STDIN_FILENO : fd, path, &text, err);
	if (!r) {
		r = wf_manifest_add(m, is_stdin ? "standard input" : path,
				    text.data ? text.data : "", text.len);
		if (r == -EINVAL)
			wf_err_set(err, r, "%s is not right", path);
		else if (r)
			wf_err_errno(err, r, "cannot read %s", path);
	}
	wf_buf_done(&text);
	return r;
}

struct wf_object *const *wf_manifest_objects(const struct wf_manifest *m, size_t *ret_n)
{
	*ret_n = m->objects.n;
	return m->objects.items;
}

char *wf_manifest_secret_file(const struct wf_manifest *m, size_t index)
{
	const struct entry *e = &m->entries.items[index];
	const char *path = json_string_value(json_object_get(e->json, "secret_file"));
	const char *manifest = m->files.items[e->file], *slash = strrchr(manifest, '/');
	char *found;

	if (!path || e->object->kind != WF_KIND_KEY)
		return NULL;
	if (path[0] == '/' || !slash)
		return strdup(path);
	return asprintf(&found, "%.*s/%s", (int)(slash - manifest), manifest, path) < 0 ? NULL
											: found;
}

void wf_manifest_problem(struct wf_manifest *m, size_t index, const char *key, const char *msg)
{
	const struct entry *e = &m->entries.items[index];

	complain(m, e->file, wf_lines_find(&e->lines, e->json, key), key, msg);
}

static int cmp_complaints(const void *a, const void *b)
{
	const struct complaint *x = a, *y = b;

	if (x->file != y->file)
		return x->file < y->file ? -1 : 1;
	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	return x->problem.index < y->problem.index ? -1 : 1;
}

char *wf_manifest_problems_str(const struct wf_manifest *m)
{
	WF_VEC(struct complaint) sorted = {0};
	struct wf_buf out = {0};

	if (!m->n_found)
		return NULL;
	for (size_t i = 0; i < m->complaints.n; i++)
		if (wf_vec_push(&sorted, m->complaints.items[i]) < 0)
			break; /* then fewer are shown, and counted below */
	wf_vec_sort(&sorted, cmp_complaints);
	for (size_t i = 0; i < sorted.n; i++) {
		const struct complaint *c = &sorted.items[i];

		wf_buf_printf(&out, "%s:%u: %s%s%s\n", m->files.items[c->file], c->line,
			      c->problem.key, c->problem.key[0] ? ": " : "", c->problem.msg);
	}
	if (m->n_found > sorted.n)
		wf_buf_printf(&out, "and %zu more\n", m->n_found - sorted.n);
	wf_vec_done(&sorted);
	return wf_buf_take(&out);
}
