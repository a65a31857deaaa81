#include "hutch/base/checksum.hpp"

#include "hutch/base/error.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <vector>

#include <fmt/format.h>
#include <openssl/evp.h>

namespace hutch {

struct Sha256::Context {
    EVP_MD_CTX* handle = EVP_MD_CTX_new();
    Context() { EVP_DigestInit_ex(handle, EVP_sha256(), nullptr); }
    ~Context() { EVP_MD_CTX_free(handle); }
    Context(Context const&) = delete;
    Context& operator=(Context const&) = delete;
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {}
Sha256::~Sha256() = default;

void Sha256::add(void const* bytes, std::size_t count) { EVP_DigestUpdate(context_->handle, bytes, count); }

std::string Sha256::finish() {
    std::array<unsigned char, 32> sum{};
    EVP_DigestFinal_ex(context_->handle, sum.data(), nullptr);
    std::string hex;
    for (unsigned char byte : sum) hex += fmt::format("{:02x}", byte);
    return hex;
}

std::string sha256(std::string_view bytes) {
    Sha256 sum;
    sum.add(bytes);
    return sum.finish();
}

std::string sha256_of_file(std::filesystem::path const& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in)
        throw Error(Fault::not_found,
                    fmt::format("cannot read file ({}): '{}'", std::strerror(errno), path.string()));
    Sha256 sum;
    std::vector<char> piece(1 << 20);
    while (in.read(piece.data(), std::streamsize(piece.size())), in.gcount() > 0)
        sum.add(piece.data(), std::size_t(in.gcount()));
    if (in.bad())
        throw Error(Fault::external, fmt::format("cannot read file to its end: '{}'", path.string()));
    return sum.finish();
}

}  // namespace hutch
