#include "cell/entry.h"

#include <unistd.h>

#include "os/channel.h"
#include "os/file.h"
#include "os/sanitizer.h"

void entry_send(const struct buf *message)
{
	if (message->bad)
		_exit(WORKER_END_MEMORY);
	if (channel_send(WORKER_CHANNEL, buf_str(message), NULL, 0, CHANNEL_BLOCK) != CHANNEL_DONE)
		_exit(WORKER_END_CLOSED);
}

void entry_fail(const struct wire_failed *why)
{
	struct buf message;

	buf_init(&message, WIRE_MAX);
	wire_put_failed(&message, MSG_BROKER_FAILED, why);
	entry_send(&message);
	buf_done(&message);
}

static enum status receive_setup(struct wire_setup *ret, struct error *e)
{
	uint8_t bytes[WIRE_MAX];
	struct channel_message m;

	switch (channel_receive(WORKER_CHANNEL, bytes, sizeof bytes, CHANNEL_BLOCK, &m)) {
	case CHANNEL_DONE:
		break;
	case CHANNEL_CLOSED:
		_exit(WORKER_END_CLOSED);
	default:
		_exit(WORKER_END_PROTOCOL); /* nobody there to be told */
	}
	if (wire_get_setup((struct str){(const char *)bytes, m.len}, ret) != OK)
		return error_at(e, E_MALFORMED, 0, "malformed setup");
	return OK;
}

uint32_t setup_module_count(const struct wire_setup *setup)
{
	return (uint32_t)__builtin_popcountll(setup->modules);
}

/* Of module data as well, which stands behind the images. */
static enum status measure_images(uint32_t count, uint64_t *ret, struct wire_failed *why)
{
	*ret = 0;
	for (uint32_t i = 0; i < count; i++) {
		uint64_t size;
		enum status status = file_size(WORKER_FIRST_IMAGE + (int)i, &size, &why->error);

		if (status != OK || !add_u64(*ret, size, ret)) {
			why->image = i + 1;
			return error_at(&why->error, E_IO, 0, "image cannot be measured");
		}
	}
	return OK;
}

static enum status enter(unsigned layers, struct wire_setup *setup, struct confinement *c,
			 struct wire_failed *why)
{
	uint64_t mapped = 0;
	enum status status = receive_setup(setup, &why->error);

	if (status == OK)
		status = measure_images(setup->images + setup_module_count(setup), &mapped, why);
	if (status == OK)
		status = confine_prepare(&why->error);
	if (status != OK)
		return status;
	const struct confine_options options = {
		.role = CONFINE_WORKER,
		.layers = layers,
		.limits = {
			.memory = SANITIZED ? 0 : setup->limits.memory,
			.mappings = mapped,
			.cpu_seconds = WORKER_CPU_SECONDS,
			.descriptors = WORKER_FIRST_IMAGE + setup->images +
				setup_module_count(setup) + WIRE_SCAN_MAX,
		},
		.outside = setup->outside,
		.started_by_root = setup->started_by_root,
	};

	confine(&options, c);
	return OK;
}

enum status entry_confine(unsigned layers, struct wire_setup *ret_setup, struct confinement *ret)
{
	struct wire_failed why = {0};
	struct wire_setup setup;
	enum status status = enter(layers, &setup, ret, &why);

	if (status != OK)
		entry_fail(&why);
	else
		*ret_setup = setup;
	return status;
}
