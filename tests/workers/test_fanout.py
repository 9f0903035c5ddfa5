"""Work spread over an executor: results in order, few jobs under way, and one worker where there is little to do."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from flows.workers.fanout import map_in_order


class Worker:
    """Doubles numbers, and remembers how many it did at a time and by how many threads."""

    def __init__(self):
        self.now = self.most = 0
        self.threads = set()
        self._lock = threading.Lock()

    def __call__(self, number):
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
            self.threads.add(threading.get_ident())
        time.sleep(0.02)
        with self._lock:
            self.now -= 1
        return 2 * number


def test_results_come_in_order_and_two_work_at_a_time():
    worker = Worker()
    with ThreadPoolExecutor(2) as pool:
        assert list(map_in_order(pool, worker, range(10), 6)) == [2 * number for number in range(10)]
    assert worker.most == 2


@pytest.mark.parametrize("count", [0, 1, 4])
def test_little_work_is_done_by_one(count):
    worker = Worker()
    with ThreadPoolExecutor(2) as pool:
        made = list(map_in_order(pool, worker, range(count), 6, lambda waiting: len(waiting) < 5))
    assert made == [2 * number for number in range(count)]
    assert worker.most == len(worker.threads) == min(count, 1)


def test_once_there_is_much_all_work():
    worker = Worker()
    with ThreadPoolExecutor(2) as pool:
        made = list(map_in_order(pool, worker, range(20), 6, lambda waiting: len(waiting) < 5))
    assert made == [2 * number for number in range(20)]
    assert worker.most == 2


@pytest.mark.parametrize("little", [False, True])
def test_no_more_jobs_are_taken_than_the_window_holds(little):
    taken = []

    def jobs():
        for number in range(12):
            taken.append(number)
            yield number

    with ThreadPoolExecutor(2) as pool:
        results = map_in_order(pool, Worker(), jobs(), 3, lambda waiting: little and len(waiting) < 3)
        assert next(results) == 0
        assert len(taken) <= 6
        assert list(results) == [2 * number for number in range(1, 12)]


def test_what_a_job_raises_comes_to_the_caller():
    def fail(number):
        if number == 1:
            raise OSError("disk")
        return number

    with ThreadPoolExecutor(1) as pool, pytest.raises(OSError, match="disk"):
        list(map_in_order(pool, fail, range(3), 2, lambda _waiting: True))
