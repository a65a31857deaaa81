/// Make results safe every twentieth of a second, on a thread of its own.
#pragma once

#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>

namespace hutch::flow {

/// Calls `work` again and again until it is stopped, then once more; keeps the first error.
class Committer {
  public:
    explicit Committer(std::function<void()> work);
    ~Committer();
    Committer(Committer const&) = delete;
    Committer& operator=(Committer const&) = delete;
    /// Stop, let the last call end, and throw the error that `work` threw, if any. Further calls do nothing.
    void stop();
    /// Return whether `work` threw; from then on it is not called any more.
    bool has_failed();

  private:
    void run();
    std::function<void()> work_;
    std::mutex mutex_;
    std::condition_variable stopping_;
    bool is_stopping_ = false;
    std::exception_ptr problem_;
    std::thread thread_;
};

}  // namespace hutch::flow
