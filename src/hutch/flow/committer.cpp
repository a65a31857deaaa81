#include "hutch/flow/committer.hpp"

#include <chrono>
#include <utility>

namespace hutch::flow {

Committer::Committer(std::function<void()> work) : work_(std::move(work)), thread_([this] { run(); }) {}

Committer::~Committer() {
    try {
        stop();
    } catch (...) {  // whoever wants to know calls stop()
    }
}

void Committer::run() {
    for (bool is_last = false; !is_last;) {
        {
            std::unique_lock lock(mutex_);
            is_last = stopping_.wait_for(lock, std::chrono::milliseconds(50), [&] { return is_stopping_; });
        }
        try {
            work_();
        } catch (...) {
            std::lock_guard const lock(mutex_);
            problem_ = std::current_exception();
            return;
        }
    }
}

void Committer::stop() {
    if (!thread_.joinable()) return;
    {
        std::lock_guard const lock(mutex_);
        is_stopping_ = true;
    }
    stopping_.notify_all();
    thread_.join();
    if (problem_) std::rethrow_exception(problem_);
}

bool Committer::has_failed() {
    std::lock_guard const lock(mutex_);
    return problem_ != nullptr;
}

}  // namespace hutch::flow
