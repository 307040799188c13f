// The file that sqlite_record writes and sqlite_limit reads, on one machine: marks, each with the
// size of what follows (four bytes) and that.
//
//   statement     its SQL; statements are counted from 0
//   transaction   of each statement: its number and the count of its parameters (four bytes each),
//                 then the parameters: kind, for text and blob the size, the value
#pragma once

namespace sqlite_record {

enum class Mark : char { statement = 's', transaction = 't' };
enum class Kind : char { null = 'n', integer = 'i', real = 'r', text = 't', blob = 'b' };

}  // namespace sqlite_record
