// A value or an Error: the return type of everything that can be expected to fail.
// (std::expected is C++23; the names follow it so that the switch will be a deletion.)
//
// Thread-safety: plain values.
#pragma once

#include <stdexcept>  // what reading the wrong half throws
#include <utility>
#include <variant>

#include "kitchen/error.h"

namespace kitchen {

namespace detail {
[[noreturn]] void throw_no_value(const Error& error);
[[noreturn]] void throw_no_error();
}  // namespace detail

template <class T>
class [[nodiscard]] Result {
public:
    using value_type = T;

    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

    bool has_value() const noexcept { return state_.index() == 0; }
    explicit operator bool() const noexcept { return has_value(); }

    /// Without a value they throw std::logic_error with the error's code and detail: the caller
    /// did not look. value() says that this is meant: in tests and at start-up.
    T& operator*() & {
        if (!has_value()) [[unlikely]]
            detail::throw_no_value(error());
        return *std::get_if<0>(&state_);
    }
    const T& operator*() const& { return const_cast<Result&>(*this).operator*(); }
    T&& operator*() && { return std::move(**this); }
    T* operator->() { return &**this; }
    const T* operator->() const { return &**this; }
    T& value() & { return **this; }
    T&& value() && { return std::move(**this); }

    /// With a value they throw std::logic_error.
    Error& error() & {
        if (has_value()) [[unlikely]]
            detail::throw_no_error();
        return *std::get_if<1>(&state_);
    }
    const Error& error() const& { return const_cast<Result&>(*this).error(); }
    Error&& error() && { return std::move(this->error()); }

private:
    std::variant<T, Error> state_;
};

/// Success without a value: `return {};`.
template <>
class [[nodiscard]] Result<void> {
public:
    using value_type = void;

    Result() = default;
    Result(Error error) : state_(std::move(error)) {}

    bool has_value() const noexcept { return state_.index() == 0; }
    explicit operator bool() const noexcept { return has_value(); }
    void value() const {
        if (!has_value()) detail::throw_no_value(error());
    }
    Error& error() & {
        if (has_value()) [[unlikely]]
            detail::throw_no_error();
        return *std::get_if<1>(&state_);
    }
    const Error& error() const& { return const_cast<Result&>(*this).error(); }
    Error&& error() && { return std::move(this->error()); }

private:
    std::variant<std::monostate, Error> state_;
};

using Status = Result<void>;

}  // namespace kitchen
