#include "cli/scan-tally.h"

#include "cli/command.h"

bool tally_is_accepted(const struct outcome *o, unsigned accepted)
{
	return o->verdict == VERDICT_NOT_SCANNED && (o->missed & ~accepted) == 0;
}

void tally_add(struct tally *t, const struct outcome *o, unsigned accepted)
{
	t->files++;
	t->bytes += o->bytes;
	t->size += o->size;
	t->objects += o->objects;
	t->verdicts[o->verdict]++;
	if (o->verdict == VERDICT_NOT_SCANNED)
		t->reasons[o->reason]++;
	t->accepted += tally_is_accepted(o, accepted);
}

bool tally_is_skipped_kind(enum walk_kind kind)
{
	switch (kind) {
	case WALK_FILE:
	case WALK_FOLDER:
	case WALK_VANISHED:
	case WALK_UNREADABLE:
		return false;
	default:
		return true;
	}
}

uint64_t tally_skipped(const struct tally *t)
{
	uint64_t total = 0;

	for (int kind = 0; kind < WALK_COUNT; kind++)
		total += tally_is_skipped_kind((enum walk_kind)kind) ? t->met[kind] : 0;
	return total;
}

int tally_exit_status(const struct tally *t)
{
	if (t->verdicts[VERDICT_DETECTED] > 0 || t->verdicts[VERDICT_SUSPICIOUS] > 0)
		return EXIT_DETECTED;
	if (t->interrupted || t->failed || t->verdicts[VERDICT_NOT_SCANNED] > t->accepted)
		return EXIT_TROUBLE;
	return EXIT_FOUND_NOTHING;
}
