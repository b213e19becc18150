/*
 * What comes back from the workers: findings, outcomes, and their ends.
 */
#pragma once

#include "cell/crew.h"

/* Why a worker is given up. */
enum loss { LOSS_ENDED, LOSS_TIMEOUT, LOSS_NONSENSE };

/** Take what a worker has sent so far. Its end is handled as well. */
void answers_take(struct pool *p, struct member *m);

/** Give a worker up, see to its objects, and start another. */
void answers_lose(struct pool *p, struct member *m, enum loss loss);
