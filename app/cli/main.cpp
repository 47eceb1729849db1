// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/program.h"
#include "core/base/environment.h"

#include <string>
#include <vector>

int main(int argc, char** argv)
{
    isthmus::hardenProcess();
    return isthmus::cli::runProgram(
        std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc));
}
