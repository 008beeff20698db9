/// The main function of every test executable: compiled once, because Catch's runner costs more than most tests.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
