// SPDX-License-Identifier: Apache-2.0
/*
 * Edges of one gutter (between two layers) that leave from items with the same targets are one net:
 * a horizontal piece from each source, one vertical track, a horizontal piece to each target. Two
 * nets never share a track, and where a source's piece and another net's target piece are on the
 * same row the source's track stands further left, so that they do not touch. Where a track only
 * crosses a row the row is interrupted: a junction sign is always a junction.
 */
#include "lab/draw.h"

#include <stdio.h>
#include <string.h>

#include "lab/layers.h"

enum {
	UP = 1,
	DOWN = 2,
	LEFT = 4,
	RIGHT = 8
};

#define ROWS_MAX     200
#define NO_TRACK     (-1)
#define GUTTER_SPACE 2 /* columns on each side of the tracks: " -" and "- " */

static const char *const unicode_signs[16] = {" ", "╵", "╷", "│", "╴", "┘", "┐", "┤",
					      "╶", "└", "┌", "├", "─", "┴", "┬", "┼"};
static const char *const ascii_signs[16] = {" ", "|", "|", "|", "-", "+", "+", "+",
					    "-", "+", "+", "+", "-", "+", "+", "+"};

struct net {
	unsigned int first; /* a source: all have the same targets */
	int track;	    /* from the left; NO_TRACK: a straight line */
	unsigned int top, bottom;
};

struct canvas {
	const struct wf_lab *lab;
	struct wf_layers layers;
	unsigned int width;
	char *names;			      /* owned: n_rows * width; 0: see lines */
	unsigned char *lines;		      /* owned: the same; directions */
	struct net nets[WF_LAYERS_ITEMS_MAX]; /* of the gutter at hand */
	unsigned int n_nets;
	unsigned int net_of[WF_LAYERS_ITEMS_MAX]; /* of a source */
};

static bool has_edge(const struct canvas *c, unsigned int from, unsigned int to)
{
	wf_vec_each (e, &c->layers.edges)
		if (e->from == from && e->to == to)
			return true;
	return false;
}

static unsigned int count_targets(const struct canvas *c, unsigned int from)
{
	unsigned int n = 0;

	wf_vec_each (e, &c->layers.edges)
		n += e->from == from;
	return n;
}

static bool have_same_targets(const struct canvas *c, unsigned int a, unsigned int b)
{
	if (count_targets(c, a) != count_targets(c, b))
		return false;
	wf_vec_each (e, &c->layers.edges)
		if (e->from == a && !has_edge(c, b, e->to))
			return false;
	return true;
}

static void stretch(struct net *n, unsigned int row)
{
	n->top = row < n->top ? row : n->top;
	n->bottom = row > n->bottom ? row : n->bottom;
}

static void find_nets(struct canvas *c, unsigned int layer)
{
	const struct wf_layer_item *items = c->layers.items.items;

	c->n_nets = 0;
	for (unsigned int i = 0; i < c->layers.items.n; i++) {
		unsigned int n = 0;

		if (items[i].layer != layer || !count_targets(c, i))
			continue;
		while (n < c->n_nets && !have_same_targets(c, i, c->nets[n].first))
			n++;
		if (n == c->n_nets)
			c->nets[c->n_nets++] = (struct net){i, NO_TRACK, items[i].row,
							    items[i].row};
		c->net_of[i] = n;
		stretch(&c->nets[n], items[i].row);
	}
	wf_vec_each (e, &c->layers.edges)
		if (items[e->from].layer == layer)
			stretch(&c->nets[c->net_of[e->from]], items[e->to].row);
}

/* Must @a's track stand left of @b's? One of a's sources is on the row of one of b's targets. */
static bool is_left_of(const struct canvas *c, unsigned int layer, unsigned int a, unsigned int b)
{
	const struct wf_layer_item *items = c->layers.items.items;

	for (unsigned int i = 0; i < c->layers.items.n; i++) {
		if (items[i].layer != layer || !count_targets(c, i) || c->net_of[i] != a)
			continue;
		wf_vec_each (e, &c->layers.edges)
			if (items[e->from].layer == layer && c->net_of[e->from] == b &&
			    items[e->to].row == items[i].row)
				return true;
	}
	return false;
}

/* Numbers the tracks; returns how many there are, or -E2BIG: they stand in each other's way. */
static int place_tracks(struct canvas *c, unsigned int layer)
{
	int n_placed = 0;
	bool has_changed = true, is_left = false;

	while (has_changed) {
		has_changed = false;
		is_left = false;
		for (unsigned int b = 0; b < c->n_nets; b++) {
			bool is_free = true;

			if (c->nets[b].track != NO_TRACK || c->nets[b].top == c->nets[b].bottom)
				continue;
			for (unsigned int a = 0; a < c->n_nets && is_free; a++)
				is_free = a == b || c->nets[a].track != NO_TRACK ||
					  c->nets[a].top == c->nets[a].bottom ||
					  !is_left_of(c, layer, a, b);
			if (is_free) {
				c->nets[b].track = n_placed++;
				has_changed = true;
			} else {
				is_left = true;
			}
		}
	}
	return is_left ? -E2BIG : n_placed;
}

static unsigned int name_width(const struct canvas *c, const struct wf_layer_item *i)
{
	const struct wf_lab_host *h;

	if (i->host < 0)
		return 1;
	h = &c->lab->hosts.items[i->host];
	return (unsigned int)strlen(h->name) + (h->kind == WF_LAB_NODE ? 0 : 2);
}

static unsigned int layer_width(const struct canvas *c, unsigned int layer)
{
	unsigned int width = 1;

	wf_vec_each (i, &c->layers.items)
		if (i->layer == layer && name_width(c, i) > width)
			width = name_width(c, i);
	return width;
}

static unsigned int gutter_width(int n_tracks)
{
	return 2 * GUTTER_SPACE + (n_tracks ? 2 * (unsigned int)n_tracks - 1 : 0);
}

static void line(struct canvas *c, unsigned int row, unsigned int from, unsigned int to)
{
	for (unsigned int x = from; x < to; x++)
		c->lines[row * c->width + x] |= LEFT | RIGHT;
}

static void put_item(struct canvas *c, const struct wf_layer_item *i, unsigned int x,
		     unsigned int width, bool has_targets)
{
	const struct wf_lab_host *h = i->host < 0 ? NULL : &c->lab->hosts.items[i->host];
	static const char *const around[][2] = {{"", ""}, {"(", ")"}, {"[", "]"}};
	unsigned int used = name_width(c, i);
	char text[WF_LAB_NAME_MAX + 2];

	if (!h) {
		line(c, i->row, x, x + width);
		return;
	}
	snprintf(text, sizeof(text), "%s%s%s", around[h->kind][0], h->name, around[h->kind][1]);
	memcpy(c->names + i->row * c->width + x, text, used);
	if (has_targets && used < width)
		line(c, i->row, x + used + 1, x + width);
}

/* All horizontal pieces of a gutter from @x to @end; the tracks are put over them. */
static void put_rows(struct canvas *c, unsigned int layer, unsigned int x, unsigned int end)
{
	const struct wf_layer_item *items = c->layers.items.items;

	wf_vec_each (e, &c->layers.edges) {
		const struct wf_layer_item *from = &items[e->from], *to = &items[e->to];
		const struct net *n = &c->nets[c->net_of[e->from]];
		unsigned int start = x, stop = end - (to->host >= 0);
		unsigned int track = x + GUTTER_SPACE + 2 * (unsigned int)n->track;

		if (from->layer != layer)
			continue;
		if (from->host >= 0 && name_width(c, from) == layer_width(c, layer))
			start++;
		if (n->track == NO_TRACK) {
			line(c, from->row, start, stop);
			continue;
		}
		line(c, from->row, start, track);
		line(c, to->row, track + 1, stop);
	}
}

static void put_track(struct canvas *c, unsigned int layer, unsigned int n, unsigned int x)
{
	const struct wf_layer_item *items = c->layers.items.items;

	for (unsigned int row = c->nets[n].top; row <= c->nets[n].bottom; row++) {
		unsigned char *cell = &c->lines[row * c->width + x];
		bool is_source = false, is_target = false, passes = *cell & LEFT;

		wf_vec_each (e, &c->layers.edges) {
			if (items[e->from].layer != layer || c->net_of[e->from] != n)
				continue;
			is_source = is_source || items[e->from].row == row;
			is_target = is_target || items[e->to].row == row;
		}
		*cell = (row > c->nets[n].top ? UP : 0) | (row < c->nets[n].bottom ? DOWN : 0);
		*cell |= is_source || (is_target && passes) ? LEFT : 0;
		*cell |= is_target ? RIGHT : 0;
	}
}

static void put_layer(struct canvas *c, unsigned int layer, unsigned int *x)
{
	unsigned int width = layer_width(c, layer), end;
	int n_tracks;

	for (unsigned int i = 0; i < c->layers.items.n; i++)
		if (c->layers.items.items[i].layer == layer)
			put_item(c, &c->layers.items.items[i], *x, width, count_targets(c, i));
	*x += width;
	if (layer + 1 == c->layers.n_layers)
		return;
	find_nets(c, layer);
	n_tracks = place_tracks(c, layer);
	end = *x + gutter_width(n_tracks);
	put_rows(c, layer, *x, end);
	for (unsigned int n = 0; n < c->n_nets; n++)
		if (c->nets[n].track != NO_TRACK)
			put_track(c, layer, n,
				  *x + GUTTER_SPACE + 2 * (unsigned int)c->nets[n].track);
	*x = end;
}

/* The columns that the drawing needs, or -E2BIG. */
static int measure(struct canvas *c)
{
	unsigned int width = 0;

	for (unsigned int layer = 0; layer < c->layers.n_layers; layer++) {
		int n_tracks = 0;

		width += layer_width(c, layer);
		if (layer + 1 == c->layers.n_layers)
			break;
		find_nets(c, layer);
		n_tracks = place_tracks(c, layer);
		if (n_tracks < 0)
			return n_tracks;
		width += gutter_width(n_tracks);
	}
	return width > WF_DRAW_WIDTH_MAX || c->layers.n_rows > ROWS_MAX ? -E2BIG : (int)width;
}

static void print(const struct canvas *c, const char *const *signs, struct wf_buf *out)
{
	for (unsigned int row = 0; row < c->layers.n_rows; row++) {
		const char *names = c->names + row * c->width;
		const unsigned char *lines = c->lines + row * c->width;
		unsigned int end = c->width;

		while (end && !names[end - 1] && !lines[end - 1])
			end--;
		if (!end)
			continue;
		for (unsigned int x = 0; x < end; x++) {
			if (names[x])
				wf_buf_append(out, &names[x], 1);
			else
				wf_buf_puts(out, signs[lines[x]]);
		}
		wf_buf_puts(out, "\n");
	}
}

static int draw(struct canvas *c, bool is_ascii, struct wf_buf *out)
{
	unsigned int x = 0;
	int width = measure(c);

	if (width == -E2BIG && c->layers.n_rows <= ROWS_MAX / 2) {
		wf_layers_stagger(&c->layers);
		width = measure(c);
	}
	if (width < 0)
		return width;
	c->width = (unsigned int)width;
	c->names = calloc(c->layers.n_rows, c->width);
	c->lines = calloc(c->layers.n_rows, c->width);
	if (!c->names || !c->lines)
		return -ENOMEM;
	for (unsigned int layer = 0; layer < c->layers.n_layers; layer++)
		put_layer(c, layer, &x);
	print(c, is_ascii ? ascii_signs : unicode_signs, out);
	return 0;
}

int wf_lab_draw(const struct wf_lab *lab, bool is_ascii, struct wf_buf *out)
{
	struct canvas *c = calloc(1, sizeof(*c));
	int r;

	if (!c)
		return -ENOMEM;
	c->lab = lab;
	r = wf_layers_build(lab, &c->layers);
	if (r == 0)
		r = draw(c, is_ascii, out);
	wf_layers_done(&c->layers);
	free(c->names);
	free(c->lines);
	free(c);
	return r;
}
